using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Maily.Deploy.Sandbox.Ports;

/// <summary>
/// Free ports of 127.0.0.1 for servers that cannot pick one themselves. They lie below the range from which the kernel serves
/// outgoing connections, so that none is taken between the look and the server's own bind.
/// </summary>
public static class LoopbackPorts
{
    const int First = 20_000;
    const int AfterLast = 32_000;
    const int Attempts = 200;

    /// <summary>A port that nothing listens on now.</summary>
    /// <exception cref="FarSideException">None was found.</exception>
    public static int Find()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, AfterLast);
            if (IsFree(port))
                return port;
        }

        throw new FarSideException("sandbox", $"no free port on 127.0.0.1 between {First} and {AfterLast - 1}.", "End servers that are not needed.");
    }

    static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
