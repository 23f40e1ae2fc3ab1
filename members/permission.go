package members

import "slices"

// Permission is one thing that an actor may be allowed to do.
type Permission string

// What there is to be allowed. Whose member, or how long ago, is for the caller to check:
// PermUndo, for one, is about the actor's own operations within a short time.
const (
	PermReadOwn        Permission = "read_own"        // one's own account, history and card
	PermSubmit         Permission = "submit"          // send one's own receipts
	PermReadMember     Permission = "read_member"     // find a member by card or phone
	PermReadPhone      Permission = "read_phone"      // see a member's phone number whole
	PermReadPoints     Permission = "read_points"     // a member's balance and history
	PermRegister       Permission = "register"        // register a buyer
	PermAccrue         Permission = "accrue"          // accrue points for a sale
	PermRedeem         Permission = "redeem"          // ask to spend a member's points
	PermQuote          Permission = "quote"           // ask what a sale would earn
	PermUndo           Permission = "undo"            // take one's own operation back
	PermUndoAny        Permission = "undo_any"        // take back any operation of the merchant
	PermReview         Permission = "review"          // decide on receipts that need a person
	PermManageCatalog  Permission = "manage_catalog"  // stores, tills, devices, offers
	PermManageMerchant Permission = "manage_merchant" // add and suspend merchants
	PermInviteCashier  Permission = "invite_cashier"
	PermInviteManager  Permission = "invite_manager"
	PermInviteAdmin    Permission = "invite_admin"
	PermReport         Permission = "report" // figures of the merchant
	PermBlockMember    Permission = "block_member"
	PermBroadcast      Permission = "broadcast"
	PermSettings       Permission = "settings"
	PermManageKeys     Permission = "manage_keys"
)

// The scopes of API keys.
const (
	ScopeMembersRead    = "members:read"
	ScopeMembersPII     = "members:pii"
	ScopeMembersWrite   = "members:write"
	ScopePointsRead     = "points:read"
	ScopePointsWrite    = "points:write"
	ScopePurchasesWrite = "purchases:write"
	ScopeRefundsWrite   = "refunds:write"
	ScopeQuote          = "quote"
)

// rule says who has a permission. Everybody with the role has it at their own merchant;
// wide: it concerns no merchant, so a merchant's staff have it in the whole programme.
type rule struct {
	permission Permission
	roles      []Role
	scope      string // the API key scope that gives it, "" for none
	wide       bool
}

var (
	people   = []Role{RoleShopper, RoleCashier, RoleManager, RoleAdmin}
	staff    = []Role{RoleCashier, RoleManager, RoleAdmin}
	managers = []Role{RoleManager, RoleAdmin}
	admins   = []Role{RoleAdmin}
)

// rules is the whole of who may do what; testdata/permissions.txt prints it for people.
var rules = []rule{
	{PermReadOwn, people, "", true},
	{PermSubmit, people, "", true},
	{PermReadMember, staff, ScopeMembersRead, true},
	{PermReadPhone, admins, ScopeMembersPII, true},
	{PermReadPoints, staff, ScopePointsRead, true},
	{PermRegister, staff, ScopeMembersWrite, true},
	{PermAccrue, staff, ScopePurchasesWrite, false},
	{PermRedeem, staff, ScopePointsWrite, false},
	{PermQuote, staff, ScopeQuote, false},
	{PermUndo, staff, ScopeRefundsWrite, false},
	{PermUndoAny, managers, ScopeRefundsWrite, false},
	{PermReview, admins, "", false},
	{PermManageCatalog, managers, "", false},
	{PermManageMerchant, admins, "", false},
	{PermInviteCashier, managers, "", false},
	{PermInviteManager, admins, "", false},
	{PermInviteAdmin, admins, "", false},
	{PermReport, managers, "", false},
	{PermBlockMember, admins, "", false},
	{PermBroadcast, admins, "", false},
	{PermSettings, admins, "", false},
	{PermManageKeys, admins, "", false},
}

// Can reports whether the actor may do p at merchant; 0 is the whole programme, which an
// actor of one merchant has only for what concerns no merchant.
func (a Actor) Can(p Permission, merchant int64) bool {
	if a.Role == RoleSystem {
		return true
	}
	i := slices.IndexFunc(rules, func(r rule) bool { return r.permission == p })
	if i < 0 {
		return false
	}
	r := rules[i]
	if a.Role == RoleAPI && (r.scope == "" || !slices.Contains(a.Scopes, r.scope)) {
		return false
	}
	if a.Role != RoleAPI && !slices.Contains(r.roles, a.Role) {
		return false
	}
	return r.wide || a.Merchant == 0 || a.Merchant == merchant
}

// validScopes reports whether every one of scopes is known and there is at least one.
func validScopes(scopes []string) bool {
	for _, s := range scopes {
		if s == "" || !slices.ContainsFunc(rules, func(r rule) bool { return r.scope == s }) {
			return false
		}
	}
	return len(scopes) > 0
}
