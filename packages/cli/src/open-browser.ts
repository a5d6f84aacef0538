import { spawn } from "node:child_process";

/** Opens an address as a click on it would. */
export function openBrowser(address: string, onFailure: (why: string) => void): void {
  const [command, ...args] = process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  const child = spawn(command ?? "", [...args, address], { stdio: "ignore", detached: true });
  child.on("error", (error) => onFailure(`no browser could be opened: ${error.message}`));
  child.unref();
}
