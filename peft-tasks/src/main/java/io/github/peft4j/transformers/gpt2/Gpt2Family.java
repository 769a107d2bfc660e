package io.github.peft4j.transformers.gpt2;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.HeadedDecoder;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import java.util.Set;

/** Builds GPT-2. */
@AutoService(Family.class)
public final class Gpt2Family implements Family {

    private static final DecoderHeads NAMES =
            DecoderHeads.of("GPT2", "gpt2")
                    .withLanguageModel("GPT2LMHeadModel")
                    .withModules("transformer", "wte", "classifier");

    /** Creates the family. */
    public Gpt2Family() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("gpt2");
    }

    @Override
    public Set<AutoClass> heads() {
        return NAMES.heads();
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        Gpt2Config sizes = Gpt2Config.from(config);
        Gpt2Model layers = new Gpt2Model(sizes);
        HeadedDecoder decoder =
                new HeadedDecoder(
                        NAMES,
                        config,
                        layers,
                        layers.words(),
                        sizes.hiddenSize(),
                        sizes.tied(),
                        0,
                        sizes.initializerRange());
        return decoder.parts(head, keys).build();
    }
}
