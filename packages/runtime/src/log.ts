import { Failure } from "@troupe/domain/failure";
import { destination, pino } from "pino";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a line is about, besides its message. An Error goes in `error`. Never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

type Write = (fields: LogFields, message: string) => void;

/** One line a call. Messages are constant text, lower case; what varies goes in the fields. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** A log whose lines all carry these fields too. */
  child(fields: LogFields): Log;
}

/** Where lines go: stdout unless a test wants to read them. */
export interface LineSink {
  write(line: string): void;
}

/** JSON lines with `time` as ISO 8601 and `level` as a word. Writes are synchronous, so that the last line before an exit is there. */
export function makeLog(fields: LogFields, level: LogLevel, sink: LineSink = destination({ dest: 1, sync: true })): Log {
  const logger = pino(
    {
      level,
      base: fields,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorFields },
    },
    sink,
  );
  return wrap(logger);
}

/** Says nothing: for tests. */
export const silentLog: Log = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLog,
};

function ignore() {
  // nothing is written
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  };
}

/** An error as fields, with what caused it. An expected failure needs no stack. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const cause = error.cause === undefined ? {} : { cause: errorFields(error.cause) };
  if (error instanceof Failure && error.kind !== "internal") {
    const { kind, reason, message, facts, problems } = error;
    return { kind, reason, message, ...(problems.length > 0 && { problems }), ...(Object.keys(facts).length > 0 && { facts }), ...cause };
  }
  const code = "code" in error ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
