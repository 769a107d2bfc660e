package io.github.peft4j.tuner.cpt;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import io.github.peft4j.tuner.prompt.config.PromptConfigBuilder;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The config of context-aware prompt tuning. As in PEFT, {@code num_virtual_tokens} is the number
 * of ids, {@code num_transformer_submodules} is 1, and the other sizes are the model's, whatever is
 * given. The task type must be CAUSAL_LM.
 *
 * @see <a href="https://arxiv.org/abs/2410.17222">Blau et al. 2024</a>
 */
public final class CPTConfig extends PromptConfig {

    private static final String DECAY = "decay";

    static final Option<List<Integer>> CPT_TOKEN_IDS =
            Option.of("cpt_token_ids", JsonType.INTEGERS, ImmutableList.of(0))
                    .nullAsDefault()
                    .check(
                            ids ->
                                    Preconditions.checkArgument(
                                            !ids.isEmpty(),
                                            "cpt_token_ids is empty. Give at least one token."))
                    .means("ids of the context");
    static final Option<List<Integer>> CPT_MASK =
            Option.nullable("cpt_mask", JsonType.INTEGERS)
                    .means("a number for each id, which nothing reads; null: ones");
    static final Option<List<Integer>> CPT_TOKENS_TYPE_MASK =
            Option.nullable("cpt_tokens_type_mask", JsonType.INTEGERS)
                    .means("the part that each id plays, as in the table above; null: ones");
    private static final Option<String> OPT_WEIGHTED_LOSS_TYPE =
            Option.string("opt_weighted_loss_type", "none")
                    .means(
                            "`decay`: labels of examples further away count less; `none`: all alike");
    private static final Option<Number> OPT_LOSS_DECAY_FACTOR =
            Option.number("opt_loss_decay_factor", 1.0)
                    .means("with `decay`, by which each example further away counts less");
    private static final Option<Number> OPT_PROJECTION_EPSILON =
            Option.number("opt_projection_epsilon", 0.1)
                    .means("how far inputs of examples may move, in a model of 2048 features");
    private static final Option<Number> OPT_PROJECTION_FORMAT_EPSILON =
            Option.number("opt_projection_format_epsilon", 0.1)
                    .means("how far the words around them may move");
    private static final Option<String> TOKENIZER_NAME_OR_PATH =
            Option.nullable("tokenizer_name_or_path", JsonType.STRING)
                    .means("kept in the file; nothing reads it");

    static final ConfigType<CPTConfig> TYPE =
            promptType("CPT", CPTConfig.class, CPTConfig::new)
                    .with(CPT_TOKEN_IDS, CPT_MASK, CPT_TOKENS_TYPE_MASK, OPT_WEIGHTED_LOSS_TYPE)
                    .with(OPT_LOSS_DECAY_FACTOR, OPT_PROJECTION_EPSILON)
                    .with(OPT_PROJECTION_FORMAT_EPSILON, TOKENIZER_NAME_OR_PATH)
                    .resolving((values, warn) -> countIds(values))
                    .rule(CPTRules::checkContext);

    private CPTConfig(OptionValues values) {
        super(TYPE, values);
    }

    private static OptionValues countIds(OptionValues values) {
        int count = values.get(CPT_TOKEN_IDS).size();
        List<Integer> ones = Collections.nCopies(count, 1);
        List<Integer> mask = values.find(CPT_MASK);
        List<Integer> types = values.find(CPT_TOKENS_TYPE_MASK);
        return values.with(CPT_MASK, mask == null ? ones : mask)
                .with(CPT_TOKENS_TYPE_MASK, types == null ? ones : types)
                .with(NUM_VIRTUAL_TOKENS, count)
                .with(NUM_TRANSFORMER_SUBMODULES, 1);
    }

    /** A builder with PEFT's defaults; the task type is needed. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder toBuilder() {
        return builder().from(this);
    }

    /** Ids of the context. */
    public List<Integer> cptTokenIds() {
        return get(CPT_TOKEN_IDS);
    }

    /** A number for each id, which nothing reads. */
    public List<Integer> cptMask() {
        return get(CPT_MASK);
    }

    /**
     * The part of each id, counted on by 4 for each example: 1 words before an input, 2 the input,
     * 3 words before a label, 4 the label; 0 takes no part.
     */
    public List<Integer> cptTokensTypeMask() {
        return get(CPT_TOKENS_TYPE_MASK);
    }

    /** {@code decay}, or, as in PEFT, anything else for labels that count alike. */
    public String optWeightedLossType() {
        return get(OPT_WEIGHTED_LOSS_TYPE);
    }

    /** Whether labels further away count less. */
    boolean decays() {
        return optWeightedLossType().equals(DECAY);
    }

    /** By which the labels of each example further away count less. */
    public double optLossDecayFactor() {
        return get(OPT_LOSS_DECAY_FACTOR).doubleValue();
    }

    /** How far the inputs of examples may move, as a length in a model of 2048 features. */
    public double optProjectionEpsilon() {
        return get(OPT_PROJECTION_EPSILON).doubleValue();
    }

    /** How far the words around them may move, as a length in a model of 2048 features. */
    public double optProjectionFormatEpsilon() {
        return get(OPT_PROJECTION_FORMAT_EPSILON).doubleValue();
    }

    /** Kept in the file. */
    public Optional<String> tokenizerNameOrPath() {
        return find(TOKENIZER_NAME_OR_PATH);
    }

    /** Builds a {@link CPTConfig}. */
    public static final class Builder extends PromptConfigBuilder<CPTConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Ids of the context. Default: one token, 0. */
        public Builder optCptTokenIds(List<Integer> ids) {
            return set(CPT_TOKEN_IDS, ids);
        }

        /** A number for each id, which nothing reads. Default: ones. */
        public Builder optCptMask(List<Integer> values) {
            return set(CPT_MASK, values);
        }

        /** The part that each id plays: {@link CPTConfig#cptTokensTypeMask}. Default: ones. */
        public Builder optCptTokensTypeMask(List<Integer> types) {
            return set(CPT_TOKENS_TYPE_MASK, types);
        }

        /** {@code none}, or {@code decay}: labels further away count less. Default none. */
        public Builder optWeightedLossType(String type) {
            return set(OPT_WEIGHTED_LOSS_TYPE, type);
        }

        /** By which the labels of each example further away count less. Default 1. */
        public Builder optLossDecayFactor(double factor) {
            return set(OPT_LOSS_DECAY_FACTOR, factor);
        }

        /** How far the inputs of examples may move. Default 0.1. */
        public Builder optProjectionEpsilon(double epsilon) {
            return set(OPT_PROJECTION_EPSILON, epsilon);
        }

        /** How far the words around them may move. Default 0.1. */
        public Builder optProjectionFormatEpsilon(double epsilon) {
            return set(OPT_PROJECTION_FORMAT_EPSILON, epsilon);
        }

        /** Kept in the file. Default null. */
        public Builder optTokenizerNameOrPath(@Nullable String value) {
            return set(TOKENIZER_NAME_OR_PATH, value);
        }
    }
}
