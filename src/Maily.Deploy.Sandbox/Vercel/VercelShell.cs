using System.Collections;
using CliWrap;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Runs a build command as Vercel does: in a shell, seeing only the deployment's own variables.</summary>
static class VercelShell
{
    static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "TMPDIR", "LANG", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE",
    };

    public static async Task<int> RunAsync(
        string command, string folder, IReadOnlyDictionary<string, string> environment, Action<string, string> log, CancellationToken cancellationToken)
    {
        var result = await Cli.Wrap("sh").WithArguments(["-c", command])
            .WithWorkingDirectory(folder)
            .WithEnvironmentVariables(Only(environment))
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(line => log("stdout", line)))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(line => log("stderr", line)))
            .ExecuteAsync(cancellationToken);
        return result.ExitCode;
    }

    /// <summary>The deployment's variables and the few that programs cannot live without.</summary>
    public static Dictionary<string, string?> Only(IReadOnlyDictionary<string, string> environment)
    {
        var only = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (DictionaryEntry inherited in Environment.GetEnvironmentVariables())
        {
            if (inherited.Key is string name && !Kept.Contains(name) && !name.StartsWith("npm_config_", StringComparison.OrdinalIgnoreCase))
                only[name] = null;
        }

        foreach (var (name, value) in environment)
            only[name] = value;
        return only;
    }
}
