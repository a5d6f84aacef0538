import { read } from "../calls.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { visible } from "../print/visible.ts";
import { version } from "../version.ts";

/** Of this command and of the server. */
export async function showVersion(session: Session, { client }: { readonly client: boolean }): Promise<void> {
  const info = client ? undefined : await read(session, (api, call) => api.system.getInfo({}, call));
  if (isMachineReadable(session)) return printValue(session, { client: version, ...(info && { server: info.version, caller: info.caller, targets: info.targets }) });
  session.terminal.out.write(`client ${version}\n${info ? `${visible(`server ${info.version} at ${session.address}, as ${info.caller}`)}\n` : ""}`);
}
