package io.github.peft4j.transformers.deberta;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.family.FamilyContract;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class DebertaV2FamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .put("deberta-v2-tokcls", "forward")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("encoders/deberta-v2-seqcls", "right", "left", "long", "shares", "absent")
                .put("encoders/deberta-v2-one-label", "right")
                .put("encoders/deberta-v2-qa", "right")
                .put("encoders/deberta-v2-mlm", "right")
                .put("encoders/deberta-v2-mlm-authors", "right")
                .put("encoders/deberta-v2-c2p", "long")
                .put("encoders/deberta-v2-p2c", "long")
                .put("encoders/deberta-v2-absolute", "right")
                .putAll("encoders/deberta-v2-conv", "right", "left")
                .putAll("encoders/deberta-v2-conv-alone", "right", "left")
                .build();
    }

    @Test
    void callsTheAuthorsHeadByTheNamesOfTheirFiles() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/deberta-v2-mlm-authors", "right")) {
            Assertions.assertThat(golden.model().info().outputEmbedding())
                    .isEqualTo("lm_predictions.lm_head.dense");
            Assertions.assertThat(golden.model().parameters())
                    .containsKey("lm_predictions.lm_head.bias")
                    .doesNotContainKey("cls.predictions.bias");
        }
    }
}
