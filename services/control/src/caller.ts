/** Who asks, as the gateway says; `anonymous` where nobody says. */
export interface Caller {
  readonly name: string;
  /** Where from. */
  readonly peer: string;
  readonly traceparent: string | undefined;
}
