package io.github.peft4j.transformers.mistral;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class MistralFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("mistral-causal", "forward", "left", "past")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("decoders/mistral-seqcls", "expected")
                .put("decoders/mistral-tokcls", "expected")
                .put("decoders/mistral-qa", "expected")
                .build();
    }
}
