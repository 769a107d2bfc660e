package io.github.peft4j.transformers;

import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How a model was put together, to put another of the same weights together.
 *
 * @param family whose layers they are
 * @param head what stands on them
 */
record Blueprint(Family family, AutoClass head) {

    /** The parts of a model of another config. */
    FamilyParts parts(Path directory, PretrainedConfig config) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return family.create(config, head, new CheckpointKeys(checkpoint));
        }
    }
}
