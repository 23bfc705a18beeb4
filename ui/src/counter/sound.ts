/** Tone, tap and voice. Each tone class has its own short figure, so that ears know before eyes do; a device without a Chinese voice says so. */
import type { Tone } from '../../../src/verdicts/catalogue.ts';
import { type MoneyOut, moneyText } from '../base/parts.tsx';

type Note = readonly [hertz: number, atMs: number, lengthMs: number];
const FIGURES: Readonly<Record<Tone, readonly Note[]>> = {
  arrived: [
    [660, 0, 110],
    [880, 110, 110],
    [1320, 220, 240],
  ],
  moving: [
    [660, 0, 110],
    [880, 110, 220],
  ],
  found: [
    [587, 0, 110],
    [880, 110, 220],
  ],
  waiting: [[523, 0, 160]],
  late: [
    [784, 0, 140],
    [784, 200, 140],
  ],
  no: [
    [330, 0, 220],
    [247, 240, 380],
  ],
  beware: [
    [247, 0, 160],
    [233, 200, 160],
    [247, 400, 160],
    [233, 600, 320],
  ],
};
const TAPS: Readonly<Record<Tone, readonly number[]>> = {
  arrived: [40],
  moving: [40],
  found: [40, 60, 40],
  waiting: [20],
  late: [60, 80, 60],
  no: [160, 90, 160],
  beware: [200, 90, 200, 90, 300],
};

let context: AudioContext | undefined;

export function play(tone: Tone, isLoud: boolean): void {
  navigator.vibrate?.([...TAPS[tone]]);
  if (!isLoud) return;
  context ??= new AudioContext();
  void context.resume();
  const start = context.currentTime + 0.02;
  for (const [hertz, atMs, lengthMs] of FIGURES[tone]) {
    const voice = context.createOscillator();
    const volume = context.createGain();
    voice.type = tone === 'no' || tone === 'beware' ? 'triangle' : 'sine';
    voice.frequency.value = hertz;
    const from = start + atMs / 1_000;
    const to = from + lengthMs / 1_000;
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.3, from + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, to);
    voice.connect(volume).connect(context.destination);
    voice.start(from);
    voice.stop(to);
  }
}

export const chineseVoice = (): SpeechSynthesisVoice | undefined =>
  globalThis.speechSynthesis?.getVoices().find((voice) => /^(zh|cmn)/i.test(voice.lang));

/** False where nothing can speak it: a tone and large text do it then. */
export function speakReceived(money: MoneyOut, channel: string): boolean {
  const voice = chineseVoice();
  if (voice === undefined) return false;
  const amount = money.currency === 'CNY' ? `${money.amount} 元` : moneyText(money);
  const said = new SpeechSynthesisUtterance(`${channel}到账 ${amount}`);
  said.voice = voice;
  said.lang = voice.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
  return true;
}
