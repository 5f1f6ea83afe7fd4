import { z } from 'zod';

/** A duration in milliseconds. */
export const ms = (min: number, max: number, fallback: number, description: string) =>
  z.int().min(min).max(max).default(fallback).describe(description);
