package io.github.peft4j.internal.matching;

import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;

/**
 * A module as target matching sees it.
 *
 * @param path dotted name in the checkpoint
 * @param kind what it computes; {@code OTHER} for a container
 */
public record ModuleInfo(String path, LayerKind kind) {

    /** The name and kind of a site. */
    public static ModuleInfo of(LayerSite site) {
        return new ModuleInfo(site.path(), site.kind());
    }
}
