package io.github.peft4j.task.route;

import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which adapters of a folder each are in memory. The one that was used longest ago leaves when
 * their tensors outgrow a budget, and comes back from its folder when it is asked for.
 */
final class ResidentAdapters {

    private static final Logger logger = LoggerFactory.getLogger(ResidentAdapters.class);

    private final PeftModel model;
    private final LoadAdapterOptions options;
    private final long budget;

    /** In the order of their last use. */
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    /** What the adapters are called in the model, those included that are about to leave it. */
    private final Set<String> inModel = new HashSet<>();

    private long registrations;
    private long held;

    ResidentAdapters(PeftModel model, LoadAdapterOptions options, long budget) {
        this.model = model;
        this.options = options;
        this.budget = budget;
    }

    /** An adapter; everything but the folder is guarded by the map's owner. */
    private static final class Entry {

        private final String inModel;
        private final Path folder;
        private final Object loading = new Object();
        private boolean inMemory;
        private int leases;
        private long bytes;

        Entry(String inModel, Path folder) {
            this.inModel = inModel;
            this.folder = folder;
        }
    }

    /** Names a folder; it is read when it is asked for. */
    synchronized void register(String name, Path folder) {
        if (name.equals(RowActivation.BASE) || entries.containsKey(name) || isOthers(name)) {
            throw new IllegalArgumentException(
                    "The name '"
                            + name
                            + "' is taken. Remove that adapter first, or choose another name.");
        }
        entries.put(name, entry(name, folder));
    }

    /** An earlier adapter of the name may be in use still; this one is called otherwise then. */
    private Entry entry(String name, Path folder) {
        String free = name;
        while (inModel.contains(free) || model.peftConfig().containsKey(free)) {
            free = name + "@" + ++registrations;
        }
        inModel.add(free);
        return new Entry(free, folder);
    }

    /** Whether the model has an adapter of this name that did not come from here. */
    private synchronized boolean isOthers(String name) {
        return !inModel.contains(name) && model.peftConfig().containsKey(name);
    }

    /**
     * Gives a name another folder: running requests end with the adapter they began with, later
     * ones get the new one.
     *
     * @throws IllegalArgumentException if the name is unknown
     */
    void replace(String name, Path folder) {
        Entry old;
        synchronized (this) {
            old = entries.get(name);
            if (old == null) {
                throw unknown(name);
            }
            entries.put(name, entry(name, folder));
        }
        leave(name, old);
    }

    /**
     * Forgets a folder; its adapter leaves memory when nobody uses it any more.
     *
     * @throws IllegalArgumentException if the name is unknown
     */
    void remove(String name) {
        Entry entry;
        synchronized (this) {
            entry = entries.get(name);
            if (entry == null) {
                throw unknown(name);
            }
            entries.remove(name);
        }
        leave(name, entry);
    }

    /** All names: folders, and adapters that the model had from elsewhere. */
    synchronized Set<String> names() {
        Set<String> names = new TreeSet<>(model.peftConfig().keySet());
        names.removeAll(inModel);
        names.addAll(entries.keySet());
        return names;
    }

    /** Bytes of the tensors of those that are in memory now. */
    synchronized long bytes() {
        return held;
    }

    /**
     * Keeps an adapter in memory, and loads it first if need be.
     *
     * @throws IllegalArgumentException if the name is unknown
     * @throws IOException if its folder cannot be read
     */
    AdapterLease lease(String name) throws IOException {
        if (name.equals(RowActivation.BASE)) {
            return new AdapterLease(name, model, () -> {});
        }
        Entry entry;
        synchronized (this) {
            entry = entries.get(name);
            if (entry == null) {
                if (!isOthers(name)) {
                    throw unknown(name);
                }
                return new AdapterLease(name, model, () -> {});
            }
            entry.leases++;
        }
        try {
            load(name, entry);
        } catch (IOException | RuntimeException e) {
            release(name, entry);
            throw e;
        }
        return new AdapterLease(entry.inModel, entry, () -> release(name, entry));
    }

    private void load(String name, Entry entry) throws IOException {
        synchronized (entry.loading) {
            synchronized (this) {
                if (entry.inMemory) {
                    return;
                }
            }
            LoadReport report = model.loadAdapter(entry.folder, entry.inModel, options);
            report.warnings().forEach(warning -> logger.warn("Adapter {}: {}", name, warning));
            long bytes = 0;
            for (Parameter parameter : model.adapter(entry.inModel).tensors().values()) {
                bytes += parameter.getShape().size() * Float.BYTES;
            }
            synchronized (this) {
                entry.inMemory = true;
                entry.bytes = bytes;
                held += bytes;
            }
        }
        makeRoom();
    }

    /** Lets idle adapters go, those that were used longest ago first, until the rest fits. */
    private void makeRoom() {
        Map<String, Entry> idle = new LinkedHashMap<>();
        synchronized (this) {
            long over = held - budget;
            if (over <= 0) {
                return;
            }
            for (Map.Entry<String, Entry> each : entries.entrySet()) {
                Entry entry = each.getValue();
                if (over > 0 && entry.inMemory && entry.leases == 0) {
                    over -= entry.bytes;
                    idle.put(each.getKey(), entry);
                }
            }
        }
        idle.forEach(this::leave);
    }

    /** Frees an adapter unless somebody uses it; whoever loads it waits for that. */
    private void leave(String name, Entry entry) {
        synchronized (entry.loading) {
            synchronized (this) {
                if (entry.leases > 0) {
                    return;
                }
                if (!entry.inMemory) {
                    forgetIfRemoved(name, entry);
                    return;
                }
                entry.inMemory = false;
                held -= entry.bytes;
            }
            model.deleteAdapter(entry.inModel);
            forgetIfRemoved(name, entry);
        }
    }

    private synchronized void forgetIfRemoved(String name, Entry entry) {
        if (entries.get(name) != entry) {
            inModel.remove(entry.inModel);
        }
    }

    private void release(String name, Entry entry) {
        boolean removed;
        synchronized (this) {
            entry.leases--;
            removed = entries.get(name) != entry;
        }
        if (removed) {
            leave(name, entry);
        } else {
            makeRoom();
        }
    }

    private IllegalArgumentException unknown(@Nullable String name) {
        return new IllegalArgumentException(
                "There is no adapter '"
                        + name
                        + "'. Known: "
                        + names()
                        + ". Register its folder first; "
                        + RowActivation.BASE
                        + " is the base without one.");
    }
}
