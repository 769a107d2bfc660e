package io.github.peft4j.transformers.gptneox;

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

/** Builds GPT-NeoX and Pythia. */
@AutoService(Family.class)
public final class GptNeoXFamily implements Family {

    private static final DecoderHeads NAMES =
            DecoderHeads.of("GPTNeoX", "gpt_neox")
                    .withModules("gpt_neox", "embed_in", "classifier");

    /** Creates the family. */
    public GptNeoXFamily() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("gpt_neox");
    }

    @Override
    public Set<AutoClass> heads() {
        return NAMES.heads();
    }

    /** Files call the output {@code embed_out}, as transformers 4 did. */
    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        GptNeoXConfig sizes = GptNeoXConfig.from(config);
        GptNeoXModel layers = new GptNeoXModel(sizes);
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
        return decoder.parts(head, keys).addAlias("lm_head.weight", "embed_out.weight").build();
    }
}
