package io.github.peft4j.internal.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.model.LayerKind;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TargetMatcherTest {

    private static final ImmutableSet<LayerKind> LINEAR = ImmutableSet.of(LayerKind.LINEAR);
    private static final MatchableModules TINY =
            Modules.linear("enc.layers.0.query", "enc.layers.0.key", "enc.layers.1.query", "head");

    private static TargetModules targets(String... names) {
        return TargetModules.DEFAULT.withTargetModules(OneOrMany.many(List.of(names)));
    }

    private static TargetMatch match(TargetModules options) {
        return TargetMatcher.match(options, TINY, LINEAR);
    }

    @Test
    void keepsTheModelsOrder() {
        MatchableModules model =
                MatchableModules.of(
                        List.of(
                                new ModuleInfo("z", LayerKind.LINEAR),
                                new ModuleInfo("a", LayerKind.LINEAR)));

        assertThat(TargetMatcher.match(targets("a", "z"), model, LINEAR).adapted())
                .containsExactly("z", "a");
    }

    @Test
    void leavesTheOutputEmbeddingOutOfAllLinear() {
        TargetMatch match =
                TargetMatcher.match(
                        TargetModules.allLinear(), TINY.leaveOutOfAllLinear("head"), LINEAR);

        assertThat(match.adapted())
                .containsExactly("enc.layers.0.key", "enc.layers.0.query", "enc.layers.1.query");
        assertThat(match.targets())
                .isEqualTo(targets("enc.layers.0.key", "enc.layers.0.query", "enc.layers.1.query"));
    }

    @Test
    void condensesFromTwentyTargetsOn() {
        String[] twenty =
                IntStream.range(0, 20).mapToObj(i -> "m." + i + ".q").toArray(String[]::new);
        String[] nineteen =
                IntStream.range(0, 19).mapToObj(i -> "m." + i + ".q").toArray(String[]::new);
        MatchableModules model = Modules.linear(twenty);

        assertThat(TargetMatcher.match(targets(twenty), model, LINEAR).targets())
                .isEqualTo(targets("q"));
        assertThat(TargetMatcher.matchAsGiven(targets(twenty), model, LINEAR).targets())
                .isEqualTo(targets(twenty));
        assertThat(TargetMatcher.match(targets(nineteen), model, LINEAR).targets())
                .isEqualTo(targets(nineteen));
    }

    @Test
    void skipsWhatLiesWithinLayersOfOtherAdapters() {
        MatchableModules model =
                Modules.linear("a", "a.q", "b.q").withAdapted(ImmutableSet.of("a"));

        assertThat(TargetMatcher.match(targets("q"), model, LINEAR).adapted())
                .containsExactly("b.q");
        assertThat(TargetMatcher.match(TargetModules.allLinear(), model, LINEAR).adapted())
                .containsExactly("a", "b.q");
    }

    @Test
    void refusesALayerWithinASelectedOne() {
        MatchableModules model = Modules.linear("a", "a.q");

        assertThatThrownBy(() -> TargetMatcher.match(targets("a", "a.q"), model, LINEAR))
                .isInstanceOf(IllegalArgumentException.class)
                .isNotInstanceOf(NoMatchingModuleException.class)
                .hasMessage(
                        "target_modules [a, a.q] selects a.q and a layer around it; adapters do not"
                                + " nest. Leave one of them out with optExcludeModules(\"a.q\").");
    }

    @Test
    void refusesAModuleOfAnotherKind() {
        assertThatThrownBy(() -> match(targets("layers")))
                .isNotInstanceOf(NoMatchingModuleException.class)
                .hasMessage(
                        "target_modules [layers] selects enc.layers, a module of kind OTHER, but"
                                + " only these can be adapted: [LINEAR (torch.nn.Linear)]. Name the"
                                + " layers inside it, or leave it out with"
                                + " optExcludeModules(\"enc.layers\").");
    }

    @Test
    void namesTheNearestLayerWhereNoneMatches() {
        assertThatThrownBy(() -> match(targets("qeury")))
                .isInstanceOf(NoMatchingModuleException.class)
                .hasMessage(
                        "No layer matches target_modules [qeury]. Layers that can be adapted are"
                                + " called: head, key, query. Did you mean \"query\"? Pass"
                                + " optTargetModules(\"query\") or optTargetModules(\"all-linear\").");
    }

    @Test
    void namesNoNeighbourWhereNoneIsNear() {
        assertThatThrownBy(() -> match(targets("something_else")))
                .hasMessageEndingWith(
                        "called: head, key, query. Pass optTargetModules(\"head\") or"
                                + " optTargetModules(\"all-linear\").");
    }

    @Test
    void showsTenLayerNamesAtMost() {
        String[] names = IntStream.range(10, 23).mapToObj(i -> "layer" + i).toArray(String[]::new);

        assertThatThrownBy(() -> TargetMatcher.match(targets("x"), Modules.linear(names), LINEAR))
                .hasMessageContaining("layer10, layer11")
                .hasMessageContaining("layer19, ... (13 names).");
    }

    @Test
    void namesTheLayerOptionsWhereTheyLeaveNothing() {
        TargetModules options =
                targets("query")
                        .withLayersToTransform(OneOrMany.many(List.of(7)))
                        .withLayersPattern(OneOrMany.one("blocks"));

        assertThatThrownBy(() -> match(options))
                .isInstanceOf(NoMatchingModuleException.class)
                .hasMessageStartingWith(
                        "No layer matches target_modules [query]. You specified"
                                + " layers_to_transform [7]. You specified layers_pattern"
                                + " \"blocks\".");
    }

    @Test
    void tellsExclusionFromMismatch() {
        assertThatThrownBy(() -> match(targets("query").withExcludeModules(OneOrMany.one(".*"))))
                .isInstanceOf(NoMatchingModuleException.class)
                .hasMessageStartingWith("All modules were excluded by exclude_modules \".*\"");
        assertThatThrownBy(() -> match(targets("query").withModulesToSave(List.of("query"))))
                .isInstanceOf(NoMatchingModuleException.class)
                .hasMessageContaining("or are saved whole (modules_to_save [query])");
        assertThatThrownBy(() -> match(targets()))
                .isInstanceOf(NoMatchingModuleException.class)
                .hasMessageStartingWith("target_modules is empty, so no layer would be adapted.");
    }

    @Test
    void acceptsTheDummyThatMatchesNothing() {
        TargetModules dummy =
                TargetModules.DEFAULT.withTargetModules(OneOrMany.one(TargetModules.DUMMY));

        assertThat(match(dummy).adapted()).isEmpty();
    }

    @Test
    void warnsAboutAnExclusionWithoutEffect() {
        TargetModules options =
                targets("query").withExcludeModules(OneOrMany.many(List.of("no_such")));

        assertThat(match(options).warnings())
                .containsExactly(
                        "You have passed exclude_modules=[no_such] but no modules were excluded."
                                + " Please check that exclude_modules was set correctly.");
        assertThat(match(targets("query")).warnings()).isEmpty();
    }

    @Test
    void savesByTheEndOfTheNameWithoutADot() {
        TargetModules options =
                targets("query").withModulesToSave(ImmutableList.of("ead", "0.key"));

        assertThat(match(options).saved()).containsExactly("enc.layers.0.key", "head");
    }
}
