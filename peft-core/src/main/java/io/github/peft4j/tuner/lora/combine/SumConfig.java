package io.github.peft4j.tuner.lora.combine;

import com.google.common.base.Joiner;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.combine.CombinationType;
import io.github.peft4j.combine.Summand;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.PairAdapter;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The config of a sum of LoRA adapters: the first one's, with the targets of all and one rank. */
final class SumConfig {

    private SumConfig() {}

    static LoraConfig of(
            List<Summand<LoraConfig>> summands,
            CombinationType type,
            WeightedAdapterOptions options) {
        summands.forEach(SumConfig::refuseWhatIsNoPair);
        LoraConfig first = summands.get(0).config();
        int rank = rank(summands, type, options);
        LoraConfig.Builder sum =
                first.toBuilder()
                        .optR(rank)
                        .optLoraAlpha(rank)
                        .optRankPattern(ImmutableMap.of())
                        .optAlphaPattern(ImmutableMap.of())
                        .optTargets(targets(summands));
        if (first.initLoraWeights().changesBase()) {
            sum.optInitLoraWeights(InitLoraWeights.TRUE);
        }
        return sum.build(warning -> {});
    }

    private static TargetModules targets(List<Summand<LoraConfig>> summands) {
        TargetModules first = summands.get(0).config().targets();
        List<@Nullable OneOrMany<String>> all =
                summands.stream().map(each -> each.config().targets().targetModules()).toList();
        List<OneOrMany<String>> named = all.stream().filter(Objects::nonNull).toList();
        boolean regex = named.stream().anyMatch(OneOrMany::single);
        Preconditions.checkArgument(
                !regex || named.stream().allMatch(OneOrMany::single),
                "target_modules of some adapters is a list and of others a regular expression: %s;"
                        + " their targets cannot be joined, in PEFT neither. Give all of them a"
                        + " list or all an expression.",
                named);
        if (regex) {
            List<String> parts =
                    named.stream().map(each -> "(" + each.value() + ")").distinct().toList();
            return first.withTargetModules(OneOrMany.one(Joiner.on('|').join(parts)));
        }
        ImmutableSortedSet.Builder<String> names = ImmutableSortedSet.naturalOrder();
        named.forEach(each -> names.addAll(each.values()));
        return first.withTargetModules(OneOrMany.many(names.build()));
    }

    private static int rank(
            List<Summand<LoraConfig>> summands,
            CombinationType type,
            WeightedAdapterOptions options) {
        List<Integer> ranks = summands.stream().map(SumConfig::rank).toList();
        IntStream each = ranks.stream().mapToInt(Integer::intValue);
        return switch (type.acts()) {
            case SIDE_BY_SIDE -> each.sum();
            case ON_PRODUCTS -> options.svdRank().orElse(each.max().orElseThrow());
            case ON_FACTORS -> {
                Preconditions.checkArgument(
                        ImmutableSortedSet.copyOf(ranks).size() == 1,
                        "Adapters %s have the ranks %s; all must have the same r with"
                                + " combination_type %s, which adds the factors. Use 'cat' or"
                                + " 'svd', which take any ranks.",
                        summands.stream().map(Summand::name).toList(),
                        ranks,
                        type);
                yield ranks.get(0);
            }
        };
    }

    /** The largest that a layer may have: of the config, or of what its start has made of it. */
    private static int rank(Summand<LoraConfig> summand) {
        LoraConfig config = summand.config();
        int largest =
                Stream.concat(Stream.of(config.r()), config.rankPattern().values().stream())
                        .mapToInt(Integer::intValue)
                        .max()
                        .orElseThrow();
        return config.initLoraWeights().changesBase() ? 2 * largest : largest;
    }

    private static void refuseWhatIsNoPair(Summand<LoraConfig> summand) {
        LoraConfig config = summand.config();
        Preconditions.checkArgument(
                config.targetParameters().isEmpty(),
                "Adapter '%s' has target_parameters %s; a weighted sum knows layers alone, in PEFT"
                        + " too. Train the adapters with target_modules.",
                summand.name(),
                config.targetParameters());
        refuse(summand, config.loraBias(), "lora_bias is true: B has a bias of its own");
        refuse(summand, !summand.set().biases().isEmpty(), "bias is not 'none'");
        refuse(
                summand,
                config.trainableTokenIndices().isPresent(),
                "trainable_token_indices is set: it trains rows of a table");
        summand.set()
                .layers()
                .forEach(
                        (path, adapter) -> {
                            if (!adapter.parameters().isEmpty()
                                    && !(adapter instanceof PairAdapter)) {
                                throw new UnsupportedFeatureException(
                                        "Adapter '"
                                                + summand.name()
                                                + "' acts at "
                                                + path
                                                + " by a variant of LoRA ("
                                                + adapter.getClass().getSimpleName()
                                                + ") that is more than a product of A and B, so it"
                                                + " has no weighted sum. Bring it into plain LoRA"
                                                + " first: saveAsLora.");
                            }
                        });
    }

    private static void refuse(Summand<LoraConfig> summand, boolean is, String what) {
        if (is) {
            throw new UnsupportedFeatureException(
                    "Adapter '"
                            + summand.name()
                            + "' cannot be added to others, as "
                            + what
                            + ", which a sum of pairs would leave out without a word. Merge the"
                            + " adapter (mergeAndUnload), or train it without.");
        }
    }
}
