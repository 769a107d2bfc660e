package io.github.peft4j.transformers.mpnet;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class MPNetFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .put("mpnet-sentence", "forward")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("encoders/mpnet-seqcls", "right", "left", "long")
                .putAll("encoders/mpnet-tokcls", "right", "long")
                .put("encoders/mpnet-qa", "right")
                .put("encoders/mpnet-mlm", "right")
                .build();
    }
}
