package io.github.peft4j.transformers.mpnet;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.github.peft4j.transformers.GoldenCase;
import java.io.IOException;
import java.nio.file.Files;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class BucketBiasTest {

    @Test
    void distancesFallIntoPythonsBuckets() throws IOException {
        JsonArray expected =
                JsonParser.parseString(
                                Files.readString(GoldenCase.directory("encoders/buckets.json")))
                        .getAsJsonObject()
                        .getAsJsonArray("mpnet");

        Assertions.assertThat(expected).hasSize(601);
        for (int i = 0; i < expected.size(); i++) {
            Assertions.assertThat(BucketBias.DISTANCES.bucket(300 - i))
                    .as("distance %d", i - 300)
                    .isEqualTo(expected.get(i).getAsInt());
        }
    }

    @Test
    void refusesATableWithFewerRowsThanBuckets() {
        Assertions.assertThatThrownBy(() -> new BucketBias(16, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "relative_attention_num_buckets is 16, but MPNet always uses 32 buckets."
                                + " Correct config.json.");
    }
}
