package io.github.peft4j.transformers.llama;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class LlamaFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("llama-causal", "forward", "embeds", "left", "past")
                .putAll("llama-causal-yarn", "forward", "long")
                .put("llama-seqcls", "forward")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("llama-causal", "gradients")
                .put("decoders/llama-qa", "expected")
                .put("decoders/llama-tokcls", "expected")
                .build();
    }
}
