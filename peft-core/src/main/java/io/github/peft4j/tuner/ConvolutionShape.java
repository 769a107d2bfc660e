package io.github.peft4j.tuner;

import ai.djl.ndarray.types.Shape;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.model.ConvolutionLayer;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.ConvolutionSpec;
import java.util.List;

/**
 * Sizes of a convolution.
 *
 * @param path where it stands, for error texts
 * @param out output channels
 * @param in input channels of all groups together
 * @param kernel its width along each axis
 * @param form how it moves; of a layer that does not say so, only the number of groups is known,
 *     and such a layer is adapted through its weight, which needs no more
 */
public record ConvolutionShape(
        String path, long out, long in, List<Long> kernel, ConvolutionSpec form) {

    /** Copies the list. */
    public ConvolutionShape {
        kernel = ImmutableList.copyOf(kernel);
    }

    /** The shape of a layer of kind CONVOLUTION. */
    public static ConvolutionShape of(LayerSite site) {
        Shape weight = site.requireWeight().getShape();
        List<Long> kernel = Longs.asList(weight.slice(2).getShape());
        ConvolutionSpec form =
                site.block() instanceof ConvolutionLayer layer
                        ? layer.form()
                        : ConvolutionSpec.plain(kernel.size()).withGroups(groups(site, weight));
        return new ConvolutionShape(
                site.path(), weight.get(0), weight.get(1) * form.groups(), kernel, form);
    }

    private static int groups(LayerSite site, Shape weight) {
        Shape input = site.block().describeInput().get(0).getValue();
        return Math.toIntExact(Math.max(1, input.get(1) / weight.get(1)));
    }

    /** How many axes it moves over. */
    public int axes() {
        return kernel.size();
    }

    /** Whether the kernel sees one place alone. */
    public boolean isPointwise() {
        return kernel.stream().allMatch(width -> width == 1);
    }

    /** Numbers in a patch of the input under the kernel, in one group: columns of the weight. */
    public long columns() {
        return in / form.groups() * kernel.stream().reduce(1L, (a, b) -> a * b);
    }

    /** A shape with this many numbers on its first two axes and the kernel on the others. */
    public Shape withKernel(long first, long second) {
        return new Shape(first, second).addAll(new Shape(Longs.toArray(kernel)));
    }

    /** The core [r, r, kernel...] of a kernel in Tucker form; two axes of kernel also for one. */
    public Shape tuckerCore(int r) {
        Shape core = withKernel(r, r);
        return axes() == 1 ? core.add(1) : core;
    }

    /** A shape with this many numbers on its first two axes and 1 on the others. */
    public Shape withPoints(long first, long second) {
        Shape shape = new Shape(first, second);
        for (int i = 0; i < axes(); i++) {
            shape = shape.add(1);
        }
        return shape;
    }

    /**
     * Refuses a convolution over another number of axes.
     *
     * @param allowed the numbers that the method knows
     * @throws IllegalArgumentException naming the method, the layer and what it allows
     */
    public void requireAxes(PeftType type, Integer... allowed) {
        ImmutableList<Integer> known = ImmutableList.copyOf(allowed);
        if (!known.contains(axes())) {
            throw new IllegalArgumentException(
                    "Target module "
                            + path
                            + " is a convolution over "
                            + axes()
                            + " axes and is not supported: "
                            + type
                            + " adapts those over "
                            + Joiner.on(" or ").join(known)
                            + ". Leave it out with optExcludeModules(\""
                            + path
                            + "\").");
        }
    }

    /**
     * The rule of methods that turn all channels together.
     *
     * @throws IllegalArgumentException if they are split
     */
    public void requireOneGroup(PeftType type) {
        if (form.groups() > 1) {
            throw refuse(type, "groups > 1 (got groups=" + form.groups() + ")");
        }
    }

    /**
     * The rule of methods that turn the patch under a kernel.
     *
     * @throws IllegalArgumentException unless the kernel is square
     */
    public void requireSquareKernel(PeftType type) {
        requireAxes(type, 2);
        if (!kernel.get(0).equals(kernel.get(1))) {
            throw refuse(type, "a kernel that is not square (got " + kernel + ")");
        }
    }

    /**
     * The rule of methods for which PEFT passes on one stride and one padding, and no dilation: for
     * a layer with others it would compute something else than the layer.
     *
     * @throws IllegalArgumentException unless both axes are alike
     */
    public void requireEvenSteps(PeftType type) {
        boolean even =
                isEven(form.stride())
                        && isEven(form.padding())
                        && form.dilation().stream().allMatch(step -> step == 1);
        if (!even) {
            throw refuse(
                    type,
                    "steps that differ between the axes, or dilation (got stride="
                            + form.stride()
                            + ", padding="
                            + form.padding()
                            + ", dilation="
                            + form.dilation()
                            + ")");
        }
    }

    private static boolean isEven(List<Long> values) {
        return values.stream().distinct().count() == 1;
    }

    private IllegalArgumentException refuse(PeftType type, String what) {
        return new IllegalArgumentException(
                type
                        + " does not support convolutions with "
                        + what
                        + ", as "
                        + path
                        + " is. Leave it out with optExcludeModules(\""
                        + path
                        + "\").");
    }
}
