using Maily.Deploy;
using Maily.Deploy.Deployments;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Drills;
using Maily.Deploy.Sandbox.Vercel;
using Microsoft.Extensions.Logging;
using Nuke.Common;
using Nuke.Common.IO;
using Serilog.Extensions.Logging;

/// <summary>Drills Maily's own pipeline: which releases are deployed, and who writes to the database meanwhile.</summary>
sealed class Drilling(AbsolutePath root)
{
    const long NeededMemory = 4L << 30;

    readonly ILogger log = new SerilogLoggerFactory(Serilog.Log.Logger).CreateLogger("Drill");

    /// <summary>Runs the chosen faults in a sandbox of its own and shows the matrix.</summary>
    /// <exception cref="DrillUnderWayException">Another drill of this clone is under way.</exception>
    /// <exception cref="DrillFailedException">A deployment did not end as it may, or rows are lost.</exception>
    public async Task RunAsync(DrillSelection selection, StopSignals signals)
    {
        using var folder = DrillFolder.Take(root / "artifacts" / "drill");
        // Linked into each clone: what is not there, each deployment would install for itself.
        await PinnedTools.Of(root, new ProcessRunner(TimeProvider.System)).EnsureAsync(onLine: null, signals.Stop);
        await using var sandbox = await RunningSandbox.StartAsync(
            // Everything goes back to a snapshot again and again: nothing of it may be somebody else's, whatever the shell names.
            new SandboxOptions { Folder = Folder(), PublishEnvironment = false, DockerHost = null, Kubeconfig = null, ControlPlane = null, ClusterPace = TimeSpan.FromMilliseconds(4) }, log, signals.Stop);
        var report = await new Drill(sandbox, Product(await new CompiledAhead(root, log).ProgramAsync(isForMany: selection is { Sample: null, Instants: null, Steps: [] }, signals.Stop)), folder, TimeProvider.System, log).RunAsync(selection, signals.Stop);
        foreach (var line in DrillText.Lines(report))
            log.LogInformation("{Line}", line);
        log.LogInformation("The report: {File}", (string)(root / "artifacts" / "drill" / "report.html"));
        if (report.Failed > 0 || report.LostRows > 0)
            throw new DrillFailedException($"{report.Failed} of {report.Results.Length} faults do not end as they may.");
    }

    // Databases and clones are made and thrown away by the hundred: in memory, where it has room, that costs a fraction.
    AbsolutePath Folder() => MemoryFolder.Free() > NeededMemory ? (AbsolutePath)MemoryFolder.Path / $"maily-drill-{Environment.UserName}" : root / "artifacts" / "sandbox";

    DrillProduct Product(string program) => new()
    {
        Repository = root,
        Program = program,
        // The second migration takes something away that live code reads, so that its way back is drilled.
        Flags = ["--accept-downtime", "--reason", "a drill"],
        Linked = ["build/tools/node_modules"],
        MakeFormer = MakeFormer,
        MakeNext = MakeNext,
        Writes = new("public.campaigns", Prepare, Write, "select name from public.campaigns"),
    };

    static void MakeFormer(string clone)
    {
        SmallFrontend.Put(Web(clone));
        // A Deployment and a StatefulSet of each wave say as much of a fault as a dozen, which each cell would apply, watch and read again.
        foreach (var service in new[] { "vespa", "temporal", "blockchain-gateway", "otel-collector" })
            Change(Platform(clone), "kubernetes/base/kustomization.yaml", $"  - {service}\n", "");
        foreach (var service in new[] { "ai-adapter-anthropic", "ai-adapter-google" })
            Change(Platform(clone), "kubernetes/ai-services/base/kustomization.yaml", $"  - {service}\n", "");
        Put(Platform(clone), $"{Namespace}/former.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: former\ndata:\n  text: only the former release has it\n");
        Change(Platform(clone), $"{Namespace}/kustomization.yaml", "resources:\n", "resources:\n  - former.yaml\n");
    }

    // A change of every part, an object to prune, and two migrations: one that policy keeps, since old code works on it, and one that its down script undoes.
    static void MakeNext(string clone)
    {
        var platform = Platform(clone);
        File.Delete(Path.Combine(platform, Namespace, "former.yaml"));
        Change(platform, $"{Namespace}/kustomization.yaml", "  - former.yaml\n", "");
        Change(platform, "ai-services/routing.yaml", "requestsPerMinute: 120", "requestsPerMinute: 100");
        SmallFrontend.Add(Web(clone), "The next release");
        File.AppendAllText(Path.Combine(platform, "services", "api-gateway", "app", "serve"), "\n# The next release\n");
        Put(platform, "supabase/migrations/20990101000000_drill_notes.sql", "create table public.drill_notes (id bigint primary key, note text not null);\nalter table public.campaigns add column note text;\n");
        Put(platform, "supabase/migrations/20990102000000_drill_rename.sql", "alter table public.profiles rename column time_zone to zone;\n");
        Put(platform, "supabase/down/20990102000000_drill_rename.sql", "alter table public.profiles rename column zone to time_zone;\n");
    }

    const string Namespace = "kubernetes/base/namespace";

    static string Platform(string clone) => Path.Combine(clone, "src", "Platform");

    static string Web(string clone) => Path.Combine(Platform(clone), "web");

    static void Change(string folder, string path, string from, string to)
    {
        var text = File.ReadAllText(Path.Combine(folder, path));
        Assert.True(text.Contains(from, StringComparison.Ordinal), $"{path} has no '{from}' that the drill's next release could change");
        Put(folder, path, text.Replace(from, to, StringComparison.Ordinal));
    }

    static void Put(string folder, string path, string text)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    const string Prepare = """
        insert into auth.users (id, email) values ('00000000-0000-4000-8000-000000000001', 'drill@maily.example');
        insert into public.profiles (id) values ('00000000-0000-4000-8000-000000000001') on conflict do nothing;
        """;

    const string Write = "insert into public.campaigns (owner_id, name) values ('00000000-0000-4000-8000-000000000001', $1)";
}
