using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Tools;

namespace Maily.Deploy.Benchmarks.Parts;

/// <summary>Names tools without which a benchmark is left out.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
sealed class NeedsAttribute(params string[] tools) : Attribute
{
    public IReadOnlyList<string> Tools { get; } = tools;
}

/// <summary>Leaves out what lacks a tool, and says which one.</summary>
sealed class NeedsFilter(ILogger log) : IFilter
{
    public bool Predicate(BenchmarkCase benchmarkCase)
    {
        var method = benchmarkCase.Descriptor.WorkloadMethod;
        var missing = new[] { (System.Reflection.MemberInfo)benchmarkCase.Descriptor.Type, method }
            .SelectMany(member => member.GetCustomAttributes(typeof(NeedsAttribute), inherit: true).Cast<NeedsAttribute>())
            .SelectMany(needs => needs.Tools).Distinct(StringComparer.Ordinal).Where(tool => !Tools.IsThere(tool)).ToList();
        if (missing.Count > 0)
            log.WriteLineError($"{benchmarkCase.Descriptor.GetFilterName()} is left out: there is no {string.Join(", no ", missing)} (./build.sh Setup installs it)");
        return missing.Count == 0;
    }
}

/// <summary>The tools that we are measured against, and those that a measurement needs.</summary>
static class Tools
{
    public const string Docker = "docker";
    public const string Dockerd = "dockerd";
    public const string Kubectl = "kubectl";
    public const string ControlPlane = "Kubernetes control plane";
    public const string Postgres = "postgres";
    public const string Supabase = "supabase";

    /// <summary>The Supabase CLI as <c>build/tools</c> pins it.</summary>
    public static string SupabasePath { get; } = Repository.Path("build", "tools", "node_modules", "@supabase", "cli-linux-x64", "bin", "supabase");

    /// <summary>The programs of the real control plane; null where there are none.</summary>
    public static string? ControlPlanePath { get; } = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } set ? set
        : ClusterSource.CachedAssets(new Dictionary<string, string> { ["XDG_CACHE_HOME"] = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? "" });

    public static bool IsThere(string tool) => tool switch
    {
        ControlPlane => ControlPlanePath is not null,
        Docker => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, Docker))),
        Dockerd => Environment.IsPrivilegedProcess && new ToolLocator().Find(Tool.Dockerd) is not null,
        Kubectl => new ToolLocator().Find(Tool.Kubectl) is not null,
        Postgres => new ToolLocator().Find(Tool.Postgres) is not null,
        Supabase => File.Exists(SupabasePath),
        _ => throw new ArgumentOutOfRangeException(nameof(tool), tool, "No benchmark needs such a tool."),
    };
}
