package io.github.peft4j.transformers.distilbert;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.model.FixedKeyValueCache;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.family.FamilyContract;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class DistilBertFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.of();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("encoders/distilbert-seqcls", "right")
                .put("encoders/distilbert-qa", "right")
                .put("encoders/distilbert-mlm", "right")
                .build();
    }

    @Test
    void ignoresTokenTypesAsPythonDoes() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/distilbert-qa", "right")) {
            ModelInput input = golden.input();
            NDArray ids = Tensors.get(input.arrays(), ModelInput.INPUT_IDS);

            NDArray plain = golden.model().forward(input).startLogits();
            NDArray typed =
                    golden.model()
                            .forward(input.with(ModelInput.TOKEN_TYPE_IDS, ids.onesLike()))
                            .startLogits();

            Assertions.assertThat(typed).isEqualTo(plain);
        }
    }

    @Test
    void refusesKeysAndValuesFromOutside() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/distilbert-qa", "right")) {
            NDArray ids = Tensors.get(golden.input().arrays(), ModelInput.INPUT_IDS);
            FixedKeyValueCache given =
                    new FixedKeyValueCache(ImmutableList.of(new KeyValueCache.KeyValues(ids, ids)));

            Assertions.assertThatThrownBy(
                            () -> golden.model().forward(golden.input().withCache(given)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("take no keys and values from outside");
        }
    }
}
