/** Stderr without the banner of native TensorFlow, which no setting of the library turns off. */
export function withoutBanner(stderr: string): string {
  return stderr.replace(/^(?:WARNING: All log messages before absl|I\d{4} .*oneDNN).*\n/gm, '');
}
