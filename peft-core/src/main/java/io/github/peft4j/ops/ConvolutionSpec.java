package io.github.peft4j.ops;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import com.google.common.primitives.Longs;
import java.util.Collections;
import java.util.List;

/**
 * How a convolution moves over its input.
 *
 * @param stride steps between outputs, one number an axis; at least 1
 * @param padding zeros before and after each axis; at least 0
 * @param dilation steps between the inputs of one output; at least 1
 * @param groups into how many parts, none of which sees another, the channels split
 */
public record ConvolutionSpec(
        List<Long> stride, List<Long> padding, List<Long> dilation, int groups) {

    /** Copies and checks the numbers. */
    public ConvolutionSpec {
        stride = ImmutableList.copyOf(stride);
        padding = ImmutableList.copyOf(padding);
        dilation = ImmutableList.copyOf(dilation);
        requireAtLeast(stride, 1, "stride");
        requireAtLeast(padding, 0, "padding");
        requireAtLeast(dilation, 1, "dilation");
        int axes = stride.size();
        if (axes < 1 || axes > 3 || padding.size() != axes || dilation.size() != axes) {
            throw new IllegalArgumentException(
                    "A convolution of stride "
                            + stride
                            + ", padding "
                            + padding
                            + " and dilation "
                            + dilation
                            + " must have one number for each of 1 to 3 axes.");
        }
        if (groups < 1) {
            throw new IllegalArgumentException(
                    "A convolution has " + groups + " groups; it must have at least 1.");
        }
    }

    /** Step by step over that many axes, without padding, in one group. */
    public static ConvolutionSpec plain(int axes) {
        return new ConvolutionSpec(fill(axes, 1), fill(axes, 0), fill(axes, 1), 1);
    }

    /** The same with another stride; one number counts for every axis. */
    public ConvolutionSpec withStride(long... values) {
        return new ConvolutionSpec(each(values), padding, dilation, groups);
    }

    /** The same with other padding; one number counts for every axis. */
    public ConvolutionSpec withPadding(long... values) {
        return new ConvolutionSpec(stride, each(values), dilation, groups);
    }

    /** The same with another dilation; one number counts for every axis. */
    public ConvolutionSpec withDilation(long... values) {
        return new ConvolutionSpec(stride, padding, each(values), groups);
    }

    /** The same with other groups. */
    public ConvolutionSpec withGroups(int value) {
        return new ConvolutionSpec(stride, padding, dilation, value);
    }

    /** How many axes it moves over. */
    public int axes() {
        return stride.size();
    }

    /** Outputs along an axis of this length, for a kernel of that width there. */
    public long outputs(int axis, long length, long width) {
        long reach = dilation.get(axis) * (width - 1) + 1;
        return (length + 2 * padding.get(axis) - reach) / stride.get(axis) + 1;
    }

    /** All numbers in a row: stride, padding, dilation, groups. */
    ImmutableLongArray numbers() {
        return ImmutableLongArray.builder(3 * axes() + 1)
                .addAll(stride)
                .addAll(padding)
                .addAll(dilation)
                .add(groups)
                .build();
    }

    private List<Long> each(long[] values) {
        return values.length == 1 ? fill(axes(), values[0]) : Longs.asList(values);
    }

    private static List<Long> fill(int axes, long value) {
        return Collections.nCopies(axes, value);
    }

    private static void requireAtLeast(List<Long> values, long least, String what) {
        if (values.stream().anyMatch(value -> value < least)) {
            throw new IllegalArgumentException(
                    "The " + what + " is " + values + "; each must be at least " + least + ".");
        }
    }
}
