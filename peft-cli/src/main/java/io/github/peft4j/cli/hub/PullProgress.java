package io.github.peft4j.cli.hub;

import io.github.peft4j.hub.HubListener;
import io.github.peft4j.hub.HubPlan;
import java.io.PrintWriter;

/**
 * Says what is downloaded: first how much and under which licence, then each tenth of a large file.
 */
final class PullProgress implements HubListener {

    private static final long LARGE = 10_000_000;

    private final PrintWriter err;
    private String file = "";
    private long tenths;

    PullProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void planned(HubPlan plan) {
        say(plan.text());
    }

    @Override
    public void progressed(String name, long done, long size) {
        if (size < LARGE) {
            return;
        }
        long now = 10 * done / size;
        if (!name.equals(file)) {
            file = name;
            tenths = 0;
        }
        if (now > tenths && now < 10) {
            say("%s: %s of %s".formatted(name, HubPlan.size(done), HubPlan.size(size)));
        }
        tenths = now;
    }

    @Override
    public void finished(String name) {
        say(name + ": done");
    }

    @Override
    public void retrying(String what, String why) {
        say("%s: %s; trying again".formatted(what, why));
    }

    private void say(String text) {
        err.println(text);
        err.flush();
    }
}
