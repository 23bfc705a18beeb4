/** Barcodes and QR codes, read on this device. The reader and its WebAssembly are ours, and come when somebody scans, not before. */
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';

type Reader = typeof import('zxing-wasm/reader');
let reader: Promise<Reader> | undefined;

function loaded(): Promise<Reader> {
  reader ??= import('zxing-wasm/reader').then((zxing) => {
    zxing.prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });
    return zxing;
  });
  // A load that failed for want of a network may succeed the next time.
  reader.catch(() => {
    reader = undefined;
  });
  return reader;
}

/** What the codes in a picture say, each once. */
export async function codesIn(picture: Blob | ImageData): Promise<string[]> {
  const { readBarcodes } = await loaded();
  const found = await readBarcodes(picture, {
    tryHarder: true,
    tryRotate: true,
    tryInvert: true,
    maxNumberOfSymbols: 8,
  });
  return [
    ...new Set(
      found
        .filter((code) => code.isValid)
        .map((code) => code.text.trim())
        .filter((text) => text !== ''),
    ),
  ];
}

/** The camera is given to secure pages only. */
export const hasCamera = (): boolean => isSecureContext && navigator.mediaDevices?.getUserMedia !== undefined;

/** Looks through the camera until it sees a code or is told to stop. */
export async function watch(video: HTMLVideoElement, signal: AbortSignal): Promise<string[] | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 } },
    audio: false,
  });
  const end = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    video.srcObject = stream;
    await video.play();
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d', { willReadFrequently: true })!;
    while (!signal.aborted) {
      if (video.videoWidth > 0) {
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        pen.drawImage(video, 0, 0);
        const codes = await codesIn(pen.getImageData(0, 0, canvas.width, canvas.height));
        if (codes.length > 0) return codes;
      }
      await new Promise((done) => setTimeout(done, 120));
    }
    return undefined;
  } finally {
    end();
  }
}
