package io.github.peft4j.matching;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.OneOrMany;
import java.util.List;

/** The options that select modules of the model; see {@link TargetModules}. */
public final class TargetOptions {

    /** Names, held as a sorted set, or a regular expression (a string). */
    public static final JsonType<OneOrMany<String>> NAMES =
            JsonType.STRING_OR_STRINGS.map(TargetOptions::asSet, names -> names);

    /** Layers to adapt. */
    public static final Option<OneOrMany<String>> TARGET_MODULES =
            Option.nullable("target_modules", NAMES)
                    .means(
                            "layers to adapt: names, ends of names, `all-linear`, or a regular"
                                    + " expression (a string); null takes the model type's");

    /** Layers to leave out. */
    public static final Option<OneOrMany<String>> EXCLUDE_MODULES =
            Option.nullable("exclude_modules", NAMES)
                    .means("layers to leave out, in the same form");

    /** Indices of the layers to adapt. */
    public static final Option<OneOrMany<Integer>> LAYERS_TO_TRANSFORM =
            Option.nullable("layers_to_transform", JsonType.INTEGER_OR_INTEGERS)
                    .means("indices, from 0, of the only layers to adapt");

    /** Names of the list of layers. */
    public static final Option<OneOrMany<String>> LAYERS_PATTERN =
            Option.nullable("layers_pattern", JsonType.STRING_OR_STRINGS)
                    .means("name of the list of layers that the indices count");

    /** Modules trained and saved whole. */
    public static final Option<List<String>> MODULES_TO_SAVE =
            Option.nullable("modules_to_save", JsonType.STRINGS)
                    .means("ends of the names of modules that are trained and saved whole");

    /** All of them. */
    public static final List<Option<?>> ALL =
            ImmutableList.of(
                    TARGET_MODULES,
                    EXCLUDE_MODULES,
                    LAYERS_TO_TRANSFORM,
                    LAYERS_PATTERN,
                    MODULES_TO_SAVE);

    private TargetOptions() {}

    /** PEFT holds a list of names as a set, which is written sorted here. */
    public static OneOrMany<String> asSet(OneOrMany<String> names) {
        return names.single() ? names : OneOrMany.many(ImmutableSortedSet.copyOf(names.values()));
    }
}
