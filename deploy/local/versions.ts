/** Of what is built from Go modules; go/<name>/go.mod pins the same, and a test compares them. */
export const kubernetesVersion = "1.36.3";
export const natsVersion = "2.15.2";
export const kwokVersion = "0.8.0";
export const coreDnsVersion = "1.14.7";
