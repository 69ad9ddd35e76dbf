using Maily.Deploy.Processes;

namespace Maily.Deploy.Rehearsals.Platform;

static class Tool
{
    /// <summary>Runs a tool of the machine; where the machine has none, the test is skipped and says so.</summary>
    public static async Task<string> RunOrSkipAsync(CommandLine command, CancellationToken cancellation)
    {
        try
        {
            return await new ProcessRunner(TimeProvider.System).RunAsync(command, onLine: null, cancellation);
        }
        catch (CommandMissingException missing)
        {
            Assert.Skip(missing.Message);
            throw;
        }
    }
}
