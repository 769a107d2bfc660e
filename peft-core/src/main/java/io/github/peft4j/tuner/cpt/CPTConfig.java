package io.github.peft4j.tuner.cpt;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.tuner.prompt.PromptConfigBuilder;
import io.github.peft4j.tuner.prompt.PromptLearningConfig;
import io.github.peft4j.tuner.prompt.VirtualTokens;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of context-aware prompt tuning. As in PEFT, {@code num_virtual_tokens} is the number
 * of ids, {@code num_transformer_submodules} is 1, and the other sizes are the model's, whatever is
 * given.
 *
 * @param common the fields that all methods share; the task type is CAUSAL_LM
 * @param virtualTokens the fields that all prompt methods share
 * @param context ids of the context and the part that each plays in it
 * @param loss how labels count
 * @param projection how far the context may move
 * @param tokenizerNameOrPath kept as it was read; default null
 * @see <a href="https://arxiv.org/abs/2410.17222">Blau et al. 2024</a>
 */
public record CPTConfig(
        CommonFields common,
        VirtualTokens virtualTokens,
        Context context,
        Loss loss,
        Projection projection,
        @Nullable String tokenizerNameOrPath)
        implements PromptLearningConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("CPT");

    /**
     * How labels count.
     *
     * @param type {@code decay}: labels of examples further from the text count less; {@code none}
     *     (default), and as in PEFT anything else: all count alike
     * @param factor by which the labels of each example further away count less; default 1
     */
    public record Loss(String type, Number factor) {

        /** All labels count alike. */
        public static final Loss DEFAULT = new Loss("none", 1.0);

        /** Whether labels further away count less. */
        boolean decays() {
            return type.equals("decay");
        }
    }

    /**
     * How far tokens may move, as lengths in a model of 2048 features.
     *
     * @param epsilon of the inputs of examples; default 0.1
     * @param formatEpsilon of the words around them; default 0.1
     */
    public record Projection(Number epsilon, Number formatEpsilon) {

        /** PEFT's defaults. */
        public static final Projection DEFAULT = new Projection(0.1, 0.1);
    }

    /**
     * The context.
     *
     * @param tokenIds ids; default one token, 0
     * @param mask kept as it was read: PEFT does not use it
     * @param typeMask part of each id, counted on by 4 for each example: 1 words before an input, 2
     *     the input, 3 words before a label, 4 the label; 0 takes no part
     */
    public record Context(List<Integer> tokenIds, List<Integer> mask, List<Integer> typeMask) {

        /**
         * Checks the lengths.
         *
         * @throws IllegalArgumentException if they differ or are 0
         */
        public Context {
            tokenIds = ImmutableList.copyOf(tokenIds);
            mask = ImmutableList.copyOf(mask);
            typeMask = ImmutableList.copyOf(typeMask);
            Preconditions.checkArgument(
                    !tokenIds.isEmpty(), "cpt_token_ids is empty. Give at least one token.");
            Preconditions.checkArgument(
                    tokenIds.size() == mask.size() && tokenIds.size() == typeMask.size(),
                    "cpt_token_ids, cpt_mask and cpt_tokens_type_mask have %s, %s and %s numbers."
                            + " Give one of each for every token.",
                    tokenIds.size(),
                    mask.size(),
                    typeMask.size());
        }

        /** How many ids there are. */
        int size() {
            return tokenIds.size();
        }
    }

    /**
     * Checks the task.
     *
     * @throws IllegalArgumentException if it is not CAUSAL_LM, or the lists differ in length
     */
    public CPTConfig {
        Preconditions.checkArgument(
                common.taskType() == TaskType.CAUSAL_LM,
                "CPT is for task_type CAUSAL_LM, and it is %s. Set task_type, or use prompt"
                        + " tuning.",
                common.taskType());
        virtualTokens =
                virtualTokens.withNumVirtualTokens(context.size()).withNumTransformerSubmodules(1);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder()
                .optCommon(common)
                .optVirtualTokens(virtualTokens)
                .tokenIds(context.tokenIds())
                .mask(context.mask())
                .typeMask(context.typeMask())
                .optLoss(loss)
                .optProjection(projection)
                .optTokenizerNameOrPath(tokenizerNameOrPath);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public CPTConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public CPTConfig withVirtualTokens(VirtualTokens value) {
        return toBuilder().optVirtualTokens(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        virtualTokens.putInto(json);
        json.put("cpt_token_ids", context.tokenIds());
        json.put("cpt_mask", context.mask());
        json.put("cpt_tokens_type_mask", context.typeMask());
        json.put("opt_weighted_loss_type", loss.type());
        json.put("opt_loss_decay_factor", loss.factor());
        json.put("opt_projection_epsilon", projection.epsilon());
        json.put("opt_projection_format_epsilon", projection.formatEpsilon());
        json.put("tokenizer_name_or_path", tokenizerNameOrPath);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link CPTConfig}; every option but the task type has PEFT's default. */
    public static final class Builder extends PromptConfigBuilder<Builder> {

        private @Nullable List<Integer> tokenIds;
        private @Nullable List<Integer> mask;
        private @Nullable List<Integer> typeMask;
        private Loss loss = Loss.DEFAULT;
        private Projection projection = Projection.DEFAULT;
        private @Nullable String tokenizer;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static CPTConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.readNullable("cpt_token_ids", JsonType.INTEGERS, this::tokenIds);
            json.readNullable("cpt_mask", JsonType.INTEGERS, this::mask);
            json.readNullable("cpt_tokens_type_mask", JsonType.INTEGERS, this::typeMask);
            json.read(
                    "opt_weighted_loss_type",
                    JsonType.STRING,
                    value -> optLoss(new Loss(value, loss.factor())));
            json.read(
                    "opt_loss_decay_factor",
                    JsonType.NUMBER,
                    value -> optLoss(new Loss(loss.type(), value)));
            json.read(
                    "opt_projection_epsilon",
                    JsonType.NUMBER,
                    value -> optProjection(new Projection(value, projection.formatEpsilon())));
            json.read(
                    "opt_projection_format_epsilon",
                    JsonType.NUMBER,
                    value -> optProjection(new Projection(projection.epsilon(), value)));
            json.readNullable(
                    "tokenizer_name_or_path", JsonType.STRING, this::optTokenizerNameOrPath);
            return super.overlay(json);
        }

        private Builder tokenIds(@Nullable List<Integer> value) {
            tokenIds = value;
            return this;
        }

        private Builder mask(@Nullable List<Integer> value) {
            mask = value;
            return this;
        }

        private Builder typeMask(@Nullable List<Integer> value) {
            typeMask = value;
            return this;
        }

        /** Ids of the context. Default: one token, 0. */
        public Builder optCptTokenIds(List<Integer> ids) {
            return tokenIds(ids);
        }

        /** A number for each id, which nothing reads. Default: ones. */
        public Builder optCptMask(List<Integer> values) {
            return mask(values);
        }

        /** The part that each id plays: see {@link Context}. Default: ones. */
        public Builder optCptTokensTypeMask(List<Integer> types) {
            return typeMask(types);
        }

        /** {@code none} or {@code decay}: see {@link Loss}. Default none. */
        public Builder optWeightedLossType(String type) {
            return optLoss(new Loss(type, loss.factor()));
        }

        /** By which the labels of each example further away count less. Default 1. */
        public Builder optLossDecayFactor(double factor) {
            return optLoss(new Loss(loss.type(), factor));
        }

        /** How far the inputs of examples may move. Default 0.1. */
        public Builder optProjectionEpsilon(double epsilon) {
            return optProjection(new Projection(epsilon, projection.formatEpsilon()));
        }

        /** How far the words around them may move. Default 0.1. */
        public Builder optProjectionFormatEpsilon(double epsilon) {
            return optProjection(new Projection(projection.epsilon(), epsilon));
        }

        /** How labels count. */
        Builder optLoss(Loss value) {
            loss = value;
            return this;
        }

        /** How far the context may move. */
        Builder optProjection(Projection value) {
            projection = value;
            return this;
        }

        /** Kept in the file. Default null. */
        public Builder optTokenizerNameOrPath(@Nullable String value) {
            tokenizer = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public CPTConfig build() {
            List<Integer> ids = Optional.ofNullable(tokenIds).orElse(ImmutableList.of(0));
            List<Integer> ones = Collections.nCopies(ids.size(), 1);
            Context context =
                    new Context(
                            ids,
                            Optional.ofNullable(mask).orElse(ones),
                            Optional.ofNullable(typeMask).orElse(ones));
            return new CPTConfig(common(), virtualTokens(), context, loss, projection, tokenizer);
        }
    }
}
