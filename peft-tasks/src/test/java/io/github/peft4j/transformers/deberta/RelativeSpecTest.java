package io.github.peft4j.transformers.deberta;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelativeSpecTest {

    private static RelativeSpec read(String json) {
        PretrainedConfig config = PretrainedConfig.of(JsonParser.parseString(json), "test");
        return RelativeSpec.from(config, 512);
    }

    @ParameterizedTest
    @CsvSource({"256, 512", "8, 64", "16, 64", "32, 128"})
    void farDistancesShareBucketsAsInPython(int buckets, int most) throws IOException {
        JsonObject golden =
                JsonParser.parseString(
                                Files.readString(GoldenCase.directory("encoders/buckets.json")))
                        .getAsJsonObject();
        JsonArray expected = golden.getAsJsonArray(buckets + "," + most);
        RelativeSpec form = new RelativeSpec(true, true, true, true, true, buckets, most);

        Assertions.assertThat(expected).hasSize(600);
        for (int distance = 0; distance < expected.size(); distance++) {
            int bucket = expected.get(distance).getAsInt();
            Assertions.assertThat(form.row(distance))
                    .as("distance %d", distance)
                    .isEqualTo(Math.min(buckets + bucket, 2 * buckets - 1));
            Assertions.assertThat(form.row(-distance))
                    .as("distance %d", -distance)
                    .isEqualTo(Math.max(buckets - bucket, 0));
        }
    }

    @Test
    void withoutBucketsEachDistanceHasItsRowUpToTheFarthest() {
        RelativeSpec form = new RelativeSpec(true, true, false, false, false, -1, 3);

        Assertions.assertThat(new int[] {form.row(0), form.row(2), form.row(9), form.row(-9)})
                .containsExactly(3, 5, 5, 0);
    }

    @Test
    void readsTermsAsAListOrAsText() {
        RelativeSpec list = read("{\"pos_att_type\": [\"p2c\", \"c2p\"]}");
        RelativeSpec text = read("{\"pos_att_type\": \"P2C | c2p\"}");
        RelativeSpec one = read("{\"pos_att_type\": \"c2p\", \"norm_rel_ebd\": \"layer_norm\"}");

        Assertions.assertThat(text).isEqualTo(list);
        Assertions.assertThat(list.terms()).isEqualTo(3);
        Assertions.assertThat(one)
                .isEqualTo(new RelativeSpec(false, true, false, false, true, -1, 512));
        Assertions.assertThat(one.terms()).isEqualTo(2);
    }

    @Test
    void absentKeysTakeDebertasDefaults() {
        Assertions.assertThat(read("{}"))
                .isEqualTo(new RelativeSpec(false, false, false, false, false, -1, 512));
        Assertions.assertThat(read("{\"max_relative_positions\": 7}").span()).isEqualTo(7);
    }
}
