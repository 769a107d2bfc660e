package io.github.peft4j.transformers.gptneox;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class GptNeoXFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("gptneox-causal", "forward", "left", "past")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("decoders/gptneox-causal", "expected")
                .put("decoders/gptneox-seqcls", "expected")
                .put("decoders/gptneox-tokcls", "expected")
                .put("decoders/gptneox-qa", "expected")
                .build();
    }
}
