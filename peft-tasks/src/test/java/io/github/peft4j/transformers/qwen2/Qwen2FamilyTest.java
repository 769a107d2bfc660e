package io.github.peft4j.transformers.qwen2;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class Qwen2FamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("qwen2-causal", "forward", "left", "past")
                .putAll("qwen2-causal-yarn", "forward", "long")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("decoders/qwen2-sliding", "expected")
                .put("decoders/qwen2-tokcls", "expected")
                .put("decoders/qwen2-qa", "expected")
                .build();
    }
}
