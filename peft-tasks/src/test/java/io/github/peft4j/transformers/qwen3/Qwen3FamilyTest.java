package io.github.peft4j.transformers.qwen3;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class Qwen3FamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("qwen3-causal", "forward", "left", "past")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("decoders/qwen3-seqcls", "expected")
                .put("decoders/qwen3-tokcls", "expected")
                .put("decoders/qwen3-qa", "expected")
                .build();
    }
}
