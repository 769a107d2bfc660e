package io.github.peft4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModuleTreeTest {

    private static List<String> paths(Block root) {
        return ModuleTree.sites(root).stream().map(LayerSite::path).toList();
    }

    private static Linear linear() {
        return Linear.builder().setUnits(2).build();
    }

    @Test
    void takesOrdinalsOff() {
        Tree root = new Tree().with("encoder", new Tree().with("0", linear()).with("1", linear()));

        assertThat(paths(root)).containsExactly("encoder", "encoder.0", "encoder.1");
        assertThat(ModuleTree.parameters(root).keySet())
                .containsExactly(
                        "encoder.0.weight", "encoder.0.bias", "encoder.1.weight", "encoder.1.bias");
    }

    @Test
    void keepsOrdinalsWhereNamesWouldCollide() {
        SequentialBlock root =
                new SequentialBlock().add(linear()).add(new LambdaBlock(x -> x)).add(linear());

        assertThat(paths(root)).containsExactly("01Linear", "LambdaBlock", "03Linear");
    }

    @Test
    void namesMoreThanNinetyNineChildren() {
        Tree root = new Tree();
        for (int i = 0; i < 120; i++) {
            root.with(Integer.toString(i), linear());
        }

        assertThat(paths(root)).hasSize(120).contains("0", "9", "98", "99", "100", "119");
    }

    @Test
    void listsSharedModulesAndParametersOnce() {
        Linear shared = linear();
        Tree root =
                new Tree()
                        .with("shared", shared)
                        .with("encoder", new Tree().with("embed", shared))
                        .with("other", linear());

        assertThat(paths(root)).containsExactly("shared", "encoder", "other");
        assertThat(ModuleTree.parameters(root).keySet())
                .containsExactly("shared.weight", "shared.bias", "other.weight", "other.bias");
    }

    @Test
    void listsAParameterThatTwoLayersShareOnce() {
        Parameter weight = Parameter.builder().setName("w").setType(Parameter.Type.WEIGHT).build();
        Tree root =
                new Tree()
                        .with("in", new Tree().owning(weight))
                        .with("out", new Tree().owning(weight));

        assertThat(paths(root)).containsExactly("in", "out");
        assertThat(ModuleTree.parameters(root).keySet()).containsExactly("in.w");
    }

    @Test
    void knowsWhatStockLayersCompute() {
        Tree root =
                new Tree()
                        .with("fc", linear())
                        .with("norm", BatchNorm.builder().build())
                        .with("group", new Tree());

        assertThat(ModuleTree.sites(root))
                .extracting(LayerSite::kind)
                .containsExactly(LayerKind.LINEAR, LayerKind.NORM, LayerKind.OTHER);
        assertThat(ModuleTree.sites(root).get(0).weight()).isNotNull();
        assertThat(ModuleTree.sites(root).get(2).weight()).isNull();
    }

    /** A block that only holds others. */
    private static final class Tree extends AbstractBlock {

        Tree with(String name, Block child) {
            addChildBlock(name, child);
            return this;
        }

        Tree owning(Parameter parameter) {
            parameter.setShape(null);
            addParameter(parameter);
            return this;
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                @Nullable PairList<String, Object> params) {
            return inputs;
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return shapes;
        }
    }
}
