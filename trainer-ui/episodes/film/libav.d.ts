/** The part that is used; the library's own types are those of a CommonJS module, which it is not. */
declare module '@libav.js/variant-webm' {
  interface LibAVInstance {
    readonly AV_PIX_FMT_RGBA: number;
    readonly AV_PIX_FMT_YUV420P: number;
    readonly AV_PKT_FLAG_KEY: number;
    readonly AV_LOG_ERROR: number;
    av_log_set_level(level: number): Promise<void>;
    /** @returns codec, context, frame, packet and samples of a frame, by their addresses */
    ff_init_encoder(
      name: string,
      options: {
        readonly ctx: Readonly<Record<string, number>>;
        readonly time_base: readonly [number, number];
        readonly options: Readonly<Record<string, string>>;
      },
    ): Promise<[number, number, number, number, number]>;
    sws_getContext(...of: readonly number[]): Promise<number>;
    sws_scale_frame(scaler: number, to: number, from: number): Promise<number>;
    av_frame_alloc(): Promise<number>;
    AVFrame_pts_s(frame: number, low: number): Promise<void>;
    AVFrame_ptshi_s(frame: number, high: number): Promise<void>;
    ff_copyin_frame(
      frame: number,
      picture: {
        readonly data: Uint8Array;
        readonly format: number;
        readonly width: number;
        readonly height: number;
        readonly layout: readonly { readonly offset: number; readonly stride: number }[];
      },
    ): Promise<void>;
    /** Frees the frames. */
    ff_encode_multi(
      context: number,
      frame: number,
      packet: number,
      frames: readonly number[],
    ): Promise<readonly { readonly data: Uint8Array; readonly flags: number }[]>;
    terminate(): void;
  }
  const LibAV: {
    LibAV(options: { readonly toImport: string; readonly wasmurl: string }): Promise<LibAVInstance>;
  };
  export default LibAV;
}
