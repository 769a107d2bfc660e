package io.github.peft4j.transformers.gpt2;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class Gpt2FamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("gpt2-causal", "forward", "embeds", "left", "past")
                .put("gpt2-causal-legacy", "forward")
                .put("gpt2-causal-fp16", "forward")
                .put("gpt2-seqcls", "forward")
                .put("gpt2-tokcls", "forward")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("gpt2-causal", "gradients")
                .put("decoders/gpt2-untied", "expected")
                .put("decoders/gpt2-qa", "expected")
                .build();
    }
}
