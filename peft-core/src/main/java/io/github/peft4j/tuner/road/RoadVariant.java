package io.github.peft4j.tuner.road;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;

/** How many angles and factors a pair of outputs has: the option {@code variant}. */
public enum RoadVariant {
    /** {@code "road_1"}: one of each, so that a pair is rotated and scaled. */
    ROAD_1(1),
    /** {@code "road_2"}: one of each for either output of the pair. */
    ROAD_2(2),
    /** {@code "road_4"}: one of each for every entry of the pair's 2 × 2 matrix. */
    ROAD_4(4);

    static final JsonType<RoadVariant> JSON =
            JsonType.choice(ImmutableMap.of(ROAD_1, "road_1", ROAD_2, "road_2", ROAD_4, "road_4"));

    private final int perPair;

    RoadVariant(int perPair) {
        this.perPair = perPair;
    }

    /** Angles of a layer with so many outputs; it has as many factors. */
    long size(long out) {
        return out / 2 * perPair;
    }
}
