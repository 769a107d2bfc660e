package io.github.peft4j.task.train;

import ai.djl.engine.Engine;
import com.google.common.hash.Hashing;
import io.github.peft4j.engine.Engines;

/** The engine's random numbers of a step, which depend on seed and step alone. */
final class StepSeed {

    private StepSeed() {}

    /** Seeds the engine's generator for a step. */
    static void set(long seed, long step) {
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(of(seed, step));
    }

    static int of(long seed, long step) {
        return Hashing.murmur3_32_fixed().newHasher().putLong(seed).putLong(step).hash().asInt();
    }
}
