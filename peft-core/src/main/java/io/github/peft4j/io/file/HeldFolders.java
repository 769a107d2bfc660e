package io.github.peft4j.io.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All folders that a save changes, held together: savers of a folder and of one below it take turns
 * as well. Folders are locked in the order of their names, so that nobody waits in a circle.
 */
final class HeldFolders implements AutoCloseable {

    /** How far above a file the list of its save may lie: adapters of adapters of a folder. */
    private static final int LEVELS = 3;

    private final Deque<FolderLock> locks = new ArrayDeque<>();

    private HeldFolders() {}

    /** Waits for all of them; those that are not there are left out. */
    static HeldFolders of(Collection<Path> folders) throws IOException {
        TreeSet<Path> real = new TreeSet<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                real.add(folder.toRealPath());
            }
        }
        HeldFolders held = new HeldFolders();
        boolean done = false;
        try {
            for (Path folder : real) {
                held.locks.push(FolderLock.of(folder));
            }
            done = true;
            return held;
        } finally {
            if (!done) {
                held.close();
            }
        }
    }

    /** Waits for all of them until none holds a save that was interrupted. */
    static HeldFolders settled(Collection<Path> folders) throws IOException {
        while (true) {
            for (Path folder : folders) {
                settle(folder);
            }
            HeldFolders held = of(folders);
            boolean done = false;
            try {
                done = true;
                for (Path folder : folders) {
                    done &= interrupted(folder) == null;
                }
                if (done) {
                    return held;
                }
            } finally {
                if (!done) {
                    held.close();
                }
            }
        }
    }

    /** Finishes saves that were interrupted and have files in this folder, or below it. */
    static void settle(Path folder) throws IOException {
        for (Path at = interrupted(folder); at != null; at = interrupted(folder)) {
            SaveJournal.settle(at);
        }
    }

    /** The uppermost folder with the list of a save that has files here; null if there is none. */
    static @Nullable Path interrupted(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        Path at = folder;
        for (int level = 0; at != null && level < LEVELS; level++) {
            all.add(0, at);
            at = at.getParent();
        }
        for (Path next : all) {
            if (SaveJournal.concerns(next, folder)) {
                return next;
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        while (!locks.isEmpty()) {
            locks.pop().close();
        }
    }
}
