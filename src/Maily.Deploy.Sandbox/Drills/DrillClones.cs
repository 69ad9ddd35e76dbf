using Maily.Deploy.Processes;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>The two releases of a drill in a repository of their own, and clones of it, each as on another machine.</summary>
sealed class DrillClones : IAsyncDisposable
{
    static readonly string[] Author = ["-c", "user.name=Drill", "-c", "user.email=drill@maily.example"];

    readonly DrillProduct product;
    readonly ProcessRunner runner;
    readonly string folder;
    Task<DrillClone>? spare;
    int count;

    DrillClones(DrillProduct product, string folder, ProcessRunner runner) => (this.product, this.folder, this.runner) = (product, folder, runner);

    string Origin => Path.Combine(folder, "origin");

    /// <summary>Makes both releases.</summary>
    public static async Task<DrillClones> MakeAsync(DrillProduct product, string folder, ProcessRunner runner, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var clones = new DrillClones(product, folder, runner);
        await clones.GitAsync(folder, cancellation, "clone", "--quiet", product.Repository, clones.Origin);
        await clones.CommitAsync("former", product.MakeFormer, cancellation);
        await clones.CommitAsync("next", product.MakeNext, cancellation);
        return clones;
    }

    /// <summary>A fresh clone of one of the releases, <c>former</c> or <c>next</c>, with a home folder beside it.</summary>
    public async Task<DrillClone> CloneAsync(string release, CancellationToken cancellation)
    {
        var machine = Path.Combine(folder, $"machine{Interlocked.Increment(ref count)}");
        var clone = new DrillClone(machine);
        Directory.CreateDirectory(clone.Home);
        await GitAsync(machine, cancellation, "clone", "--quiet", "--shared", "--branch", release, Origin, clone.Root);
        foreach (var linked in product.Linked.Where(linked => Directory.Exists(Path.Combine(product.Repository, linked))))
            Directory.CreateSymbolicLink(Path.Combine(clone.Root, linked), Path.Combine(product.Repository, linked));
        return clone;
    }

    /// <summary>A clone of the next release. The one after it is made meanwhile, so that nobody waits for it.</summary>
    public async Task<DrillClone> TakeNextAsync(CancellationToken cancellation)
    {
        var ready = spare;
        spare = null;
        var clone = await (ready ?? CloneAsync("next", cancellation));
        spare = CloneAsync("next", cancellation);
        return clone;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (spare is not null)
            await ((Task)spare).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Directory.Delete(folder, recursive: true);
    }

    async Task CommitAsync(string release, Action<string> change, CancellationToken cancellation)
    {
        await GitAsync(Origin, cancellation, "checkout", "--quiet", "-b", release);
        change(Origin);
        await GitAsync(Origin, cancellation, "add", "--all");
        await GitAsync(Origin, cancellation, [.. Author, "commit", "--quiet", "--message", $"The {release} release"]);
    }

    Task GitAsync(string place, CancellationToken cancellation, params string[] arguments) =>
        runner.RunAsync(CommandLine.Of("git", arguments) with { WorkingDirectory = place }, onLine: null, cancellation);
}

/// <summary>One machine that deploys: a clone, what it writes there, and a home folder.</summary>
sealed class DrillClone(string machine) : IDisposable
{
    /// <summary>The clone.</summary>
    public string Root => Path.Combine(machine, "maily");

    /// <summary>The home folder of whoever deploys.</summary>
    public string Home => Path.Combine(machine, "home");

    /// <summary>Loses the machine with all that it has written.</summary>
    public void Dispose()
    {
        if (Directory.Exists(machine))
            Directory.Delete(machine, recursive: true);
    }
}
