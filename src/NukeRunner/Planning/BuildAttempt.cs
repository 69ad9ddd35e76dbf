using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using NukeRunner.Runs;
using Serilog;

namespace NukeRunner.Planning;

/// <summary>What succeeded so far, in <c>.nuke/temp/build-attempt.log</c>, for <c>--continue</c>.</summary>
internal sealed class BuildAttempt(AbsolutePath file, IReadOnlyList<string> arguments)
{
    readonly Lock gate = new();
    HashSet<string> earlier = [];

    public bool Succeeded(ExecutableTarget target) => earlier.Contains(target.Name);

    /// <summary>Reads what an earlier run did, if that is wanted, and starts a new record.</summary>
    public void Start(bool continues)
    {
        var hash = Hash();
        var lines = continues && file.FileExists() ? file.ReadAllLines() : [];
        if (lines.Length > 0 && lines[0] != hash)
            Log.Warning("Build invocation changed. Restarting ...");
        earlier = lines.Length > 0 && lines[0] == hash ? [.. lines.Skip(1)] : [];
        file.WriteAllLines([hash, .. earlier]);
    }

    public void Add(ExecutableTarget target)
    {
        lock (gate)
            file.AppendAllLines([target.Name]);
    }

    /// <summary>Continuing knows neither commit nor environment, so that it must not deploy anything.</summary>
    public static void RefuseContinue(IEnumerable<ExecutableTarget> plan)
    {
        var changing = plan.Where(ChangesEnvironment).Select(x => x.Name).ToArray();
        if (changing.Length > 0)
            throw new RefusedException(
                $"--continue cannot be used with targets that change an environment ({string.Join(", ", changing)}): "
                + "it knows neither the commit nor the environment. Use --resume");
    }

    // The mark may be on the component's property although the class defines the target anew.
    static bool ChangesEnvironment(ExecutableTarget target)
        => target.Member.IsDefined(typeof(ChangesEnvironmentAttribute), true)
            || (target.Member.ReflectedType ?? target.Member.DeclaringType)!.GetInterfaces()
                .Select(x => x.GetProperty(target.Name))
                .Any(x => x is not null && x.IsDefined(typeof(ChangesEnvironmentAttribute)));

    string Hash()
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join(' ', arguments.Where(x => !x.StartsWith('-'))))));
}
