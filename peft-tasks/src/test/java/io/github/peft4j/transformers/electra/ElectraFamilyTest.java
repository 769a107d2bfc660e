package io.github.peft4j.transformers.electra;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.family.FamilyContract;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ElectraFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .put("encoders/electra-base", "right")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("encoders/electra-seqcls", "right")
                .put("encoders/electra-mlm", "right")
                .build();
    }

    @Test
    void projectsEmbeddingsOnlyWhereTheirSizeDiffers() throws IOException {
        try (GoldenCase narrow = GoldenCase.open("encoders/electra-seqcls", "right");
                GoldenCase equal = GoldenCase.open("encoders/electra-base", "right")) {
            Assertions.assertThat(narrow.model().parameters())
                    .containsKey("electra.embeddings_project.weight");
            Assertions.assertThat(equal.model().parameters().keySet())
                    .noneMatch(name -> name.contains("embeddings_project"));
        }
    }
}
