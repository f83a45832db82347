import * as z from 'zod';
import { GAINS, TIME_SOURCES } from '../capture.ts';
import { time } from './fields.ts';

const captureSchema = z
  .object({
    time_from: z
      .enum(TIME_SOURCES)
      .nullable()
      .describe(
        "what `captured_at` is from: a program's source, EXIF data, a PNG's tIME, the file's name, or its time of modification",
      ),
    make: z.string().nullable().describe("the camera's maker"),
    model: z.string().nullable().describe("the camera's model"),
    exposure: z.number().nullable().describe('exposure time in seconds'),
    aperture: z.number().nullable().describe('f-number'),
    iso: z.number().nullable().describe('ISO sensitivity'),
    gain: z.enum(GAINS).nullable().describe("how the camera amplified what it saw: EXIF's GainControl"),
    focal_length: z.number().nullable().describe('focal length in millimetres'),
    latitude: z.number().nullable().describe('in degrees; north is positive'),
    longitude: z.number().nullable().describe('in degrees; east is positive'),
    altitude: z.number().nullable().describe('in metres above sea level'),
  })
  .meta({ id: 'Capture', description: 'when and how a picture was taken; what its file does not tell is null' });

/** The fields of an image about its capture. */
export const captureFields = {
  captured_at: time.nullable().describe('time of capture; null if unknown'),
  capture: captureSchema.nullable().describe('how the picture was taken; null if its file tells nothing'),
};

export type CaptureJson = z.infer<z.ZodObject<typeof captureFields>>;
