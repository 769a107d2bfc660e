package io.github.peft4j.transformers.opt;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.HeadedDecoder;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import java.util.Set;

/** Builds OPT. */
@AutoService(Family.class)
public final class OptFamily implements Family {

    private static final DecoderHeads NAMES =
            DecoderHeads.of("OPT", "opt")
                    .withModules("model", "decoder.embed_tokens", "score")
                    .without(AutoClass.TOKEN_CLASSIFICATION);

    /** Creates the family. */
    public OptFamily() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("opt");
    }

    @Override
    public Set<AutoClass> heads() {
        return NAMES.heads();
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        PretrainedConfig full = config.withDefaults(ImmutableMap.of("pad_token_id", 1));
        OptConfig sizes = OptConfig.from(full);
        OptModel layers = new OptModel(sizes);
        HeadedDecoder decoder =
                new HeadedDecoder(
                        NAMES,
                        full,
                        layers,
                        layers.words(),
                        sizes.wordSize(),
                        sizes.tied(),
                        0,
                        sizes.initializerRange());
        return decoder.parts(head, keys).build();
    }
}
