namespace Maily.Deploy.Sandbox.Trivy;

/// <summary>Orders versions as dpkg does; plain dotted numbers come out as npm and pip have them.</summary>
static class PackageVersions
{
    public static int Compare(string left, string right)
    {
        var ((leftEpoch, leftRest), (rightEpoch, rightRest)) = (Split(left), Split(right));
        return leftEpoch != rightEpoch ? leftEpoch.CompareTo(rightEpoch) : CompareParts(leftRest, rightRest);
    }

    static (int Epoch, string Version) Split(string version) =>
        version.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && int.TryParse(version[..colon], out var epoch) ? (epoch, version[(colon + 1)..]) : (0, version);

    // Runs of anything but digits and runs of digits take turns.
    static int CompareParts(string left, string right)
    {
        var (l, r) = (0, 0);
        while (l < left.Length || r < right.Length)
        {
            while ((l < left.Length && !char.IsAsciiDigit(left[l])) || (r < right.Length && !char.IsAsciiDigit(right[r])))
            {
                var order = Weight(left, l).CompareTo(Weight(right, r));
                if (order != 0)
                    return order;
                (l, r) = (l + 1, r + 1);
            }

            var number = Number(left, ref l).CompareTo(Number(right, ref r));
            if (number != 0)
                return number;
        }

        return 0;
    }

    // A tilde is less than the end, letters are less than other characters.
    static int Weight(string text, int at) => at >= text.Length || char.IsAsciiDigit(text[at]) ? 0 : text[at] switch
    {
        '~' => -1,
        var letter when char.IsAsciiLetter(letter) => letter,
        var other => other + 256,
    };

    static System.Numerics.BigInteger Number(string text, ref int at)
    {
        var from = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at == from ? System.Numerics.BigInteger.Zero : System.Numerics.BigInteger.Parse(text.AsSpan(from, at - from), provider: System.Globalization.CultureInfo.InvariantCulture);
    }
}
