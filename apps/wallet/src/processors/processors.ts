import { Injectable } from '@nestjs/common';
import { Refusal } from '@florin/kernel';
import { processorErrors, processorSeconds } from '../metrics';
import { type CardProcessor, ProcessorSilent } from './card-processor';

/** The processor of payments for which nobody chose another. */
export const defaultProcessor = 'stripe';

/** The processors that this deployment is set up for, by name. */
@Injectable()
export class Processors {
  private readonly byName: ReadonlyMap<string, CardProcessor>;

  constructor(processors: readonly CardProcessor[]) {
    this.byName = new Map(processors.map((processor) => [processor.name, processor]));
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** For whoever names one from outside. Refuses with 404. */
  named(name: string): CardProcessor {
    const processor = this.byName.get(name);
    if (!processor) throw new Refusal('not_found', 'processor_not_found', 'There is no such processor.');
    return processor;
  }

  /** Asks a processor something and measures it. One that is no longer set up is as silent as one that is down. */
  async ask<Answer>(
    name: string,
    operation: string,
    question: (processor: CardProcessor) => Promise<Answer>,
  ): Promise<Answer> {
    const end = processorSeconds.startTimer({ processor: name, operation });
    try {
      const processor = this.byName.get(name);
      if (!processor) throw new ProcessorSilent(`the processor ${name} is not set up here`);
      return await question(processor);
    } catch (error) {
      processorErrors.inc({ processor: name, operation });
      throw error;
    } finally {
      end();
    }
  }
}
