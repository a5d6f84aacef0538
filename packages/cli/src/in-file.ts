import { Failure } from "@troupe/domain/failure";
import type { TextFile } from "./input/read-files.ts";

/** A failure whose problems are in a file, and the files' texts to show them with. */
export class InFile extends Error {
  readonly failure: Failure;
  readonly file: string;
  readonly files: readonly TextFile[];
  readonly others: readonly InFile[];
  /** Of a command for which it is an answer like any other; undefined: as the failure says. */
  readonly exitCode: number | undefined;

  constructor(failure: Failure, file: string, files: readonly TextFile[], others: readonly InFile[] = [], exitCode?: number) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.file = file;
    this.files = files;
    this.others = others;
    this.exitCode = exitCode;
  }

  /** Ends its command with this code. */
  exiting(exitCode: number): InFile {
    return new InFile(this.failure, this.file, this.files, this.others, exitCode);
  }

  with(others: readonly InFile[]): InFile {
    return new InFile(this.failure, this.file, this.files, others);
  }

  textOf(file: string): string | undefined {
    return this.files.find((each) => each.file === file)?.text;
  }

  /** What fails meanwhile, with problems, is told with the file. */
  static async during<T>(file: string, files: readonly TextFile[], act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw error instanceof Failure && error.problems.length > 0 ? new InFile(error, file, files) : error;
    }
  }
}
