package io.github.peft4j.transformers.part;

import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.nn.Linear;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class PathGroupTest {

    @Test
    void placesMembersAtTheirPathsInOrder() {
        PathGroup root = new PathGroup();

        root.at("b.x.one", new Linear(2, 2));
        root.at("a", new Linear(2, 2));
        root.at("b.x.two", new Linear(2, 2, false));

        Assertions.assertThat(ModuleTree.sites(root).stream().map(LayerSite::path))
                .containsExactly("b", "b.x", "b.x.one", "b.x.two", "a");
        Assertions.assertThat(ModuleTree.parameters(root).keySet())
                .containsExactly(
                        "b.x.one.weight", "b.x.one.bias", "b.x.two.weight", "a.weight", "a.bias");
        Assertions.assertThat(root.members().keySet()).containsExactly("b", "a");
    }

    @Test
    void aGroupMayOwnABiasThatStandsBeforeItsMembers() {
        PathGroup root = new PathGroup();

        root.at("head.dense", new Linear(2, 2, false));
        root.biasOf("head", 5);

        Assertions.assertThat(ModuleTree.parameters(root).keySet())
                .containsExactly("head.bias", "head.dense.weight");
    }
}
